import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;

/** Where the blobs lie. The S3 names are those of distribution's `storage.s3` settings. */
export const storageFragment = {
  STORAGE_DRIVER: z
    .enum(['filesystem', 's3'])
    .default('filesystem')
    .describe('filesystem: a folder, `STORAGE_ROOT`; s3: a bucket, `S3_*`'),
  STORAGE_ROOT: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the blob store, in the layout of distribution; required with `STORAGE_DRIVER=filesystem`'),
  S3_BUCKET: z.string().min(1).optional().describe('Bucket; required with `STORAGE_DRIVER=s3`'),
  S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket'),
  S3_ACCESSKEY: z
    .string()
    .min(1)
    .optional()
    .describe('Access key; unset: what the AWS SDK finds (`AWS_*`, profile, role of the machine or pod)'),
  S3_SECRETKEY: z.string().min(1).optional().describe('Secret key to `S3_ACCESSKEY`'),
  S3_REGIONENDPOINT: z
    .url()
    .optional()
    .describe('Address of an S3 server that is not AWS; clients need it to redirect'),
  S3_FORCEPATHSTYLE: z
    .stringbool()
    .default(false)
    .describe('true: `https://host/bucket/key`; false: `https://bucket.host/key`'),
  S3_ROOTDIRECTORY: z.string().optional().describe('Folder in the bucket that everything lies below'),
  S3_ENCRYPT: z.stringbool().default(false).describe('true: server-side encryption, AES256 or with `S3_KEYID` aws:kms'),
  S3_KEYID: z.string().min(1).optional().describe('KMS key of `S3_ENCRYPT`'),
  S3_CA: z.string().min(1).optional().describe("PEM of the CA that signed the S3 server's certificate"),
  S3_CHUNKSIZE: z.coerce
    .number()
    .int()
    .min(5 * MEBIBYTE)
    .max(512 * MEBIBYTE)
    .default(8 * MEBIBYTE)
    .describe('Bytes of an upload part; each upload holds two of them. They grow after every 1 000 parts'),
};

/** How clients get the blobs. */
export const deliveryFragment = {
  BLOB_DELIVERY: z
    .enum(['accel', 'redirect', 'stream'])
    .default('stream')
    .describe(
      'accel: nginx sends blobs by X-Accel-Redirect (filesystem); redirect: clients fetch them from S3 themselves, by a signed address; stream: this process sends them',
    ),
  BLOB_URL_TTL_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(7 * 86_400)
    .default(1200)
    .describe(
      'How long a signed address (`BLOB_DELIVERY=redirect`) can be used at most; clients get at least half of it',
    ),
};

type Storage = Partial<z.output<z.ZodObject<typeof storageFragment & typeof deliveryFragment>>>;

/** What must hold between the settings, each with the setting to look at. */
const rules: { path: keyof Storage; message: string; holds: (config: Storage) => boolean }[] = [
  {
    path: 'STORAGE_ROOT',
    message: 'required with STORAGE_DRIVER=filesystem',
    holds: (config) => config.STORAGE_DRIVER === 's3' || config.STORAGE_ROOT !== undefined,
  },
  {
    path: 'S3_BUCKET',
    message: 'required with STORAGE_DRIVER=s3',
    holds: (config) => config.STORAGE_DRIVER !== 's3' || config.S3_BUCKET !== undefined,
  },
  {
    path: 'S3_SECRETKEY',
    message: 'S3_ACCESSKEY and S3_SECRETKEY go together: give both or neither',
    holds: (config) => (config.S3_ACCESSKEY === undefined) === (config.S3_SECRETKEY === undefined),
  },
  {
    path: 'BLOB_DELIVERY',
    message: 'accel needs STORAGE_DRIVER=filesystem, redirect needs STORAGE_DRIVER=s3',
    holds: ({ STORAGE_DRIVER, BLOB_DELIVERY }) => BLOB_DELIVERY !== (STORAGE_DRIVER === 's3' ? 'accel' : 'redirect'),
  },
];

/** Adds the rules; they are checked even when other settings are wrong, so that all problems show at once. */
export function withStorageRules<T extends z.ZodObject<typeof storageFragment>>(schema: T): T {
  return rules.reduce(
    (ruled, { holds, message, path }) => ruled.refine(holds, { message, path: [path], when: () => true }),
    schema,
  );
}
