import {
  makeCertificate,
  makeKeyPair,
  makeRoot,
  notationManifest,
  signWithNotation,
  toPem,
} from '@breakwater/testing/signing';
import { sign } from 'node:crypto';
import { Api } from './support/api';
import { pushJson } from './support/artifacts';
import { openProject, type ProjectFixture } from './support/fixtures';
import { expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { until } from './support/ports';
import { MediaType, RepositoryClient, type Descriptor } from './support/registry';

jest.setTimeout(120_000);

interface Signatures {
  status: string;
  reasons: { code: string }[];
  missing_signers: string[];
  inherited_from: string[];
  tags: { name: string; status: string }[];
  signatures: { system: string; digest: string; standing: string; verdict?: string; trusted_by: string[] }[];
}
interface ShownTag {
  name: string;
  signed: boolean;
  signature_status: string;
}

let fixture: ProjectFixture;
let developer: Api;
let stranger: Api;
let repository: RepositoryClient;
let inside: string;

beforeAll(async () => {
  fixture = await openProject('signatures');
  developer = new Api(fixture.platform, fixture.developer);
  stranger = new Api(fixture.platform, fixture.stranger);
  repository = await RepositoryClient.open(fixture.platform, `${fixture.project}/app`, fixture.maintainer);
  inside = `/projects/${fixture.project}/repositories/app`;
});

const root = makeRoot('C=US, ST=WA, O=acme, CN=acme root');
const chain = [makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=builder', issuer: root }), root];
const tester = makeRoot('C=US, ST=WA, O=acme, CN=tester root');
const testers = [makeCertificate({ subject: 'C=US, ST=WA, O=acme, CN=tester', issuer: tester }), tester];
const key = makeKeyPair('p256');
const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';

async function pushImage(tag?: string): Promise<Descriptor> {
  const config = await repository.pushBlob(Buffer.from(JSON.stringify({ os: 'linux', tag })), MediaType.config);
  const layers = [await repository.pushBlob(uniqueLayer(), MediaType.layer)];
  return pushJson(repository, tag, { schemaVersion: 2, mediaType: MediaType.manifest, config, layers });
}

/** As `notation sign` does. */
async function signNotation(subject: Descriptor, signers = chain): Promise<Descriptor> {
  const signed = signWithNotation({ subject, chain: signers });
  await repository.pushBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
  await repository.pushBlob(signed.envelope, signed.mediaType);
  const { content } = notationManifest(signed, subject, signers);
  return pushJson(repository, undefined, JSON.parse(content.toString()) as { mediaType: string });
}

/** As `cosign sign --key` does, before version 3. */
async function signCosign({ digest }: Descriptor): Promise<void> {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.example.com/acme/app' },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const config = await repository.pushBlob(Buffer.from('{}'), MediaType.config);
  const layer = await repository.pushBlob(payload, simpleSigning);
  const signature = sign('sha256', payload, key.privateKey).toString('base64');
  const layers = [{ ...layer, annotations: { 'dev.cosignproject.cosign/signature': signature } }];
  const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers };
  await pushJson(repository, `${digest.replace(':', '-')}.sig`, manifest);
}

const show = (reference: string) => developer.get<Signatures>(`${inside}/artifacts/${reference}/additions/signatures`);
const tags = () => developer.get<ShownTag[]>(`${inside}/tags?sort=name`);

async function becomes(reference: string, status: string): Promise<Signatures> {
  await until(`${reference} is ${status}`, async () => (await show(reference)).status === status, 60_000);
  return show(reference);
}

describe('who signed what', () => {
  itCovers(
    ['getSignaturesAddition', 'listRepositoryTags', 'deleteArtifact'],
    'is verified when a signature is pushed, when the policy changes, and when a signature goes',
    async () => {
      const image = await pushImage('v1');
      const signature = await signNotation(image);
      // Nobody is trusted yet: there is a signature, and it counts for nothing.
      const before = await becomes('v1', 'unsigned');
      expect(before).toMatchObject({
        signatures: [{ digest: signature.digest, verdict: 'untrusted', trusted_by: [] }],
      });
      expect(await tags()).toMatchObject([{ name: 'v1', signed: true, signature_status: 'unsigned' }]);

      const material = { kind: 'ca', name: 'acme', content: toPem(root.der) };
      await fixture.api.create(`/projects/${fixture.project}/trust-policy/materials`, material);
      // Either waits or is done, and is never what it was.
      expect(['stale', 'signed']).toContain((await show('v1')).status);
      expect(await becomes('v1', 'signed')).toMatchObject({
        reasons: [],
        tags: [{ name: 'v1', status: 'signed' }],
        signatures: [{ system: 'notation', standing: 'valid', verdict: 'valid', trusted_by: ['ca:acme'] }],
      });
      expect(await tags()).toMatchObject([{ name: 'v1', signed: true, signature_status: 'signed' }]);
      expectStatus(await stranger.call('GET', `${inside}/artifacts/v1/additions/signatures`), 403);

      const maintainer = new Api(fixture.platform, fixture.maintainer);
      expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/${signature.digest}`), 200);
      expect(await show('v1')).toMatchObject({ status: 'unsigned', signatures: [] });
      expect(await tags()).toMatchObject([{ name: 'v1', signed: false, signature_status: 'unsigned' }]);
    },
  );

  itCovers(['getSignaturesAddition'], 'covers what a signed index lists, and says who is missing', async () => {
    const trust = `/projects/${fixture.project}/trust-policy`;
    const content = String(key.publicKey.export({ type: 'spki', format: 'pem' }));
    await fixture.api.create(`${trust}/materials`, { kind: 'cosignKey', name: 'release', content });
    const [amd64, arm64] = [await pushImage(), await pushImage()];
    const index = { schemaVersion: 2, mediaType: MediaType.index, manifests: [amd64, arm64] };
    const multi = await pushJson(repository, 'multi', index);
    await signCosign(multi);
    await becomes('multi', 'signed');
    expect(await show(arm64.digest)).toMatchObject({ status: 'signed', inherited_from: [multi.digest] });

    const signers = [
      { name: 'release', system: 'cosign', trusted_by: ['release'] },
      { name: 'tester', system: 'notation', trusted_by: ['ca:testers'] },
    ];
    await fixture.api.create(`${trust}/materials`, { kind: 'ca', name: 'testers', content: toPem(tester.der) });
    expectStatus(await fixture.api.call('PUT', trust, { signers }), 200);
    expect(await becomes('multi', 'unsigned')).toMatchObject({ missing_signers: ['tester'] });
    // What the index lacks, its parts may have.
    await signNotation(amd64, testers);
    await becomes(amd64.digest, 'signed');
    expect(await show(arm64.digest)).toMatchObject({ status: 'unsigned', missing_signers: ['tester'] });
  });
});
