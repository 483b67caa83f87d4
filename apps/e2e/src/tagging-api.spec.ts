import { makeKeyPair } from '@breakwater/testing/signing';
import { sign } from 'node:crypto';
import { Api } from './support/api';
import { pushJson } from './support/artifacts';
import { openProject, type ProjectFixture } from './support/fixtures';
import { type Answer, expectStatus } from './support/http';
import { uniqueLayer } from './support/images';
import { itCovers } from './support/operations';
import { MediaType, RepositoryClient, type Descriptor } from './support/registry';

jest.setTimeout(120_000);

const key = makeKeyPair('p256');
let fixture: ProjectFixture;
let maintainer: Api;
let repository: RepositoryClient;
let inside: string;

beforeAll(async () => {
  fixture = await openProject('tagging');
  maintainer = new Api(fixture.platform, fixture.maintainer);
  repository = await open('app');
  inside = `/projects/${fixture.project}/repositories/app`;
  const content = String(key.publicKey.export({ type: 'spki', format: 'pem' }));
  await fixture.api.create(`/projects/${fixture.project}/trust-policy/materials`, {
    ...{ kind: 'cosignKey', name: 'release', content },
  });
});

const open = (name: string): Promise<RepositoryClient> =>
  RepositoryClient.open(fixture.platform, `${fixture.project}/${name}`, fixture.maintainer);
const policy = async (settings: object): Promise<void> => {
  expectStatus(await fixture.api.call('PUT', `/projects/${fixture.project}/trust-policy`, settings), 200);
};
const block = () => policy({ push: 'block', systems: ['cosign'] });

async function pushImage(tag?: string, into = repository): Promise<Descriptor> {
  const config = await into.pushBlob(Buffer.from('{"os":"linux"}'), MediaType.config);
  const layers = [await into.pushBlob(uniqueLayer(), MediaType.layer)];
  return pushJson(into, tag, { schemaVersion: 2, mediaType: MediaType.manifest, config, layers });
}

/** As `cosign sign --key` does, before version 3. */
async function signCosign({ digest }: Descriptor, into = repository): Promise<void> {
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
  const config = await into.pushBlob(Buffer.from('{}'), MediaType.config);
  const layer = await into.pushBlob(payload, 'application/vnd.dev.cosign.simplesigning.v1+json');
  const signature = sign('sha256', payload, key.privateKey).toString('base64');
  const layers = [{ ...layer, annotations: { 'dev.cosignproject.cosign/signature': signature } }];
  const manifest = { schemaVersion: 2, mediaType: MediaType.manifest, config, layers };
  await pushJson(into, `${digest.replace(':', '-')}.sig`, manifest);
}

function refusal(answer: Answer, digest: string): string {
  const { errors } = expectStatus(answer, 412).json<{ errors: { code: string; reason: string; message: string }[] }>();
  expect(errors).toMatchObject([{ code: 'PROJECTPOLICYVIOLATION', reason: 'trust.tag_unsigned' }]);
  expect(errors[0]!.message).toContain(`@${digest} is stored, but not tagged`);
  expect(errors[0]!.message).toMatch(/sign it with: cosign sign --key release\.key \S+@sha256:[0-9a-f]{64};/);
  return errors[0]!.message;
}

const digestAt = async (reference: string, from = repository): Promise<unknown> =>
  (await from.send('HEAD', `manifests/${reference}`)).headers['docker-content-digest'];

describe('where a tag is made only on what is signed', () => {
  beforeEach(() => policy({}));

  itCovers(['createTag'], 'a tag over REST is one, too', async () => {
    const image = await pushImage();
    await block();
    const tag = () => maintainer.call('POST', `${inside}/artifacts/${image.digest}/tags`, { name: 'rest' });
    refusal(await tag(), image.digest);
    expect(await digestAt('rest')).toBeUndefined();
    await signCosign(image);
    expectStatus(await tag(), 201);
    expect(await digestAt('rest')).toBe(image.digest);
  });

  itCovers(['CopyArtifact'], 'a copy comes with the tags that it may have, and its signatures', async () => {
    const source = await openProject('source');
    const from = await RepositoryClient.open(source.platform, `${source.project}/app`, source.maintainer);
    expectStatus(await source.api.call('PUT', `/projects/${source.project}/metadatas/public`, { public: 'true' }), 200);
    const [plain, signed] = [await pushImage('plain', from), await pushImage('signed', from)];
    await signCosign(signed, from);
    await block();
    const copies = `/projects/${fixture.project}/repositories/copies/artifacts`;
    const copy = (tag: string) =>
      maintainer.call('POST', `${copies}?from=${encodeURIComponent(`${source.project}/app:${tag}`)}`);
    refusal(await copy('plain'), plain.digest);
    expectStatus(await copy('signed'), 201);
    const into = await open('copies');
    expect(await digestAt(plain.digest, into)).toBe(plain.digest);
    expect(await digestAt('plain', into)).toBeUndefined();
    expect(await digestAt('signed', into)).toBe(signed.digest);
    expect(await digestAt(`${signed.digest.replace(':', '-')}.sig`, into)).toBeDefined();
  });

  itCovers(['restoreTag'], 'a tag is put back on what is signed, deleted or not', async () => {
    const [first, second] = [await pushImage('back'), await pushImage('back')];
    await block();
    const restore = () => maintainer.call('POST', `${inside}/tags/back/restore`, { digest: first.digest });
    refusal(await restore(), first.digest);
    expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/${first.digest}`), 200);
    // It is there again, so that it can be signed.
    refusal(await restore(), first.digest);
    expect([await digestAt('back'), await digestAt(first.digest)]).toEqual([second.digest, first.digest]);
    await signCosign(first);
    expect(expectStatus(await restore(), 200).json()).toMatchObject({ digest: first.digest });
    expect(await digestAt('back')).toBe(first.digest);
  });

  itCovers(['restoreDeletedArtifact'], 'what was deleted has its tags again when it was signed', async () => {
    const [plain, signed] = [await pushImage('lost'), await pushImage('kept')];
    await signCosign(signed);
    for (const { digest } of [plain, signed])
      expectStatus(await maintainer.call('DELETE', `${inside}/artifacts/${digest}`), 200);
    await block();
    const restore = (digest: string) => maintainer.call('POST', `${inside}/deleted-artifacts/${digest}/restore`);
    refusal(await restore(plain.digest), plain.digest);
    expect([await digestAt('lost'), await digestAt(plain.digest)]).toEqual([undefined, plain.digest]);
    const [back] = expectStatus(await restore(signed.digest), 200).json<{ tags: string[] }[]>();
    expect(back).toMatchObject({ digest: signed.digest, tags: ['kept'] });
    expect(await digestAt('kept')).toBe(signed.digest);
  });

  it('Notary cannot be the only one that counts', async () => {
    const path = `/projects/${fixture.project}/trust-policy`;
    const refused = await fixture.api.call('PUT', path, { push: 'block', systems: ['notary'] });
    expect(expectStatus(refused, 400).body.toString()).toContain('Notary signs a tag, which has to be pushed first');
  });
});
