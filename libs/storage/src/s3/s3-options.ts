/** Which bucket, and how to speak to it. */
export interface S3Options {
  region: string;
  bucket: string;
  /** Without a pair of keys the AWS SDK looks for credentials itself: environment, profile, role of the machine or pod. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Address of a server that is not AWS. */
  endpoint?: string;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  forcePathStyle: boolean;
  /** Folder in the bucket that everything lies below. */
  rootDirectory: string;
  /** Server-side encryption: with the bucket's own keys, or with a key of AWS KMS. */
  encrypt: boolean;
  kmsKeyId?: string;
  /** PEM of a CA that signed the server's certificate. */
  ca?: string;
  /** Size of the first 1 000 parts of an upload, in bytes; at least 5 MiB. */
  chunkBytes: number;
}
