import { roleIds } from '@breakwater/access';
import { digestOf, mediaTypes } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { cosignManifest, cosignPayload, makeKeyPair, type CosignLayer } from '@breakwater/testing/signing';
import { trustPolicySettings, TrustPoliciesService } from '@breakwater/trust-policies';
import { sign } from 'node:crypto';
import type { z } from 'zod';
import type { Answer } from './testing/http-client';
import { configBytes, descriptor, imageManifest, indexManifest } from './testing/images';
import { RegistryUnderTest } from './testing/registry-under-test';
import { expectStatus, RepositoryClient } from './testing/repository-client';

type Settings = z.input<typeof trustPolicySettings>;

const key = makeKeyPair('p256');
const pem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
let registry: RegistryUnderTest;
let projectId: number;
let app: RepositoryClient;
let projects = 0;
const policies = () => registry.app.get(TrustPoliciesService, { strict: false });
const config = configBytes({ author: 'tests' });
const layer = Buffer.from('a layer');

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
}, 60_000);
afterAll(() => registry.stop());

async function open(settings: Settings): Promise<void> {
  const name = `tags${++projects}`;
  const developer = await registry.user(`${name}-dev`);
  projectId = await registry.project(name, { members: [[developer, roleIds.developer]] });
  const token = await registry.token(developer, [[`${name}/app`, 'pull,push']]);
  app = new RepositoryClient(registry.http, `${name}/app`, `Bearer ${token}`);
  await policies().addMaterials(projectId, { kind: 'cosignKey', name: 'release', content: pem });
  await policies().set(projectId, trustPolicySettings.parse(settings));
  for (const blob of [config, layer, Buffer.from('{}')]) await app.pushBlob(blob);
}

let count = 0;
const image = (): Buffer => imageManifest(config, [layer], { annotations: { count: String(++count) } });
const signatureTag = (manifest: Buffer): string => `${digestOf(manifest).replace(':', '-')}.sig`;

/** As cosign 2 does. */
async function signIt(manifest: Buffer): Promise<Answer> {
  const subject = { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length };
  const payload = cosignPayload(subject);
  const signature = sign('sha256', payload, key.privateKey).toString('base64');
  const signed: CosignLayer = { payload, annotations: { 'dev.cosignproject.cosign/signature': signature } };
  await app.pushBlob(payload);
  return app.pushManifest(cosignManifest([signed]).content, signatureTag(manifest));
}

async function signedImage(tag?: string): Promise<Buffer> {
  const manifest = image();
  expectStatus(await app.pushManifest(manifest, digestOf(manifest)), 201);
  expectStatus(await signIt(manifest), 201);
  if (tag !== undefined) expectStatus(await app.pushManifest(manifest, tag), 201);
  return manifest;
}

const refusal = (answer: Answer) =>
  expectStatus(answer, 412).json<{ errors: { code: string; message: string; reason?: string; detail?: unknown }[] }>()
    .errors[0]!;
const digestAt = async (reference: string): Promise<string | undefined> =>
  (await app.send('HEAD', `/manifests/${reference}`)).headers['docker-content-digest'] as string | undefined;

/** What Notary's trust data says of the tag. */
async function notarySigns(tag: string, digest: string): Promise<void> {
  const gun = `registry.example.com/${app.name}`;
  await registry.sql(
    `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, $2, '["root"]', now()) ON CONFLICT DO NOTHING`,
    [gun, app.name],
  );
  await registry.sql(`DELETE FROM trust_target WHERE gun = $1 AND name = $2`, [gun, tag]);
  await registry.sql(
    `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
     VALUES ($1, 'targets', $2, $3, 10, '["key"]', now() + interval '1 day', now())`,
    [gun, tag, digest.slice('sha256:'.length)],
  );
}

describe('push: block', () => {
  beforeAll(() => open({ push: 'block', systems: ['cosign'] }));

  it('stores by its digest what is not signed, and says how to go on; signed and pushed again it has the tag', async () => {
    const manifest = image();
    const digest = digestOf(manifest);
    const answer = await app.pushManifest(manifest, 'v1');
    const { code, message, reason, detail } = refusal(answer);
    expect([code, reason]).toEqual(['PROJECTPOLICYVIOLATION', 'trust.tag_unsigned']);
    const command = `cosign sign --key release.key 127.0.0.1:${registry.http.port}/${app.name}@${digest}`;
    expect(message).toContain(`${app.name}@${digest} is stored, but not tagged v1`);
    expect(message).toContain('Cosign: there is no signature by Cosign');
    expect(message).toContain(`sign it with: ${command}; then push again, or tag it`);
    expect(detail).toMatchObject({ digest, tag: 'v1', nextCommand: command });
    expect([await digestAt(digest), await digestAt('v1')]).toEqual([digest, undefined]);
    expectStatus(await signIt(manifest), 201);
    expectStatus(await app.pushManifest(manifest, 'v1'), 201);
    expect(await digestAt('v1')).toBe(digest);
  });

  it('refuses the tags of a push by digest, all of them', async () => {
    const manifest = image();
    const query = `${digestOf(manifest)}?tag=a&tag=b`;
    expect(refusal(await app.pushManifest(manifest, query)).reason).toBe('trust.tag_unsigned');
    expect([await digestAt('a'), await digestAt('b')]).toEqual([undefined, undefined]);
    expectStatus(await signIt(manifest), 201);
    expect(expectStatus(await app.pushManifest(manifest, query), 201).headers['oci-tag']).toBe('a, b');
  });

  it('takes a signature that came before its image', async () => {
    const manifest = image();
    expectStatus(await signIt(manifest), 201);
    expectStatus(await app.pushManifest(manifest, 'early'), 201);
  });

  it('takes what a signed index lists', async () => {
    const [one, two] = [image(), image()];
    for (const manifest of [one, two]) expectStatus(await app.pushManifest(manifest, digestOf(manifest)), 201);
    const index = indexManifest([one, two].map((manifest) => descriptor(manifest, mediaTypes.ociManifest)));
    refusal(await app.pushManifest(index, 'multi'));
    expectStatus(await signIt(index), 201);
    expectStatus(await app.pushManifest(index, 'multi'), 201);
    expectStatus(await app.pushManifest(one, 'multi-amd64'), 201);
  });

  it('lets nothing through that only has the tag of a signature', async () => {
    const evil = image();
    const name = `sha256-${'a'.repeat(64)}`;
    for (const tag of [name, `${name}.sig`, `${name}.att`, `${name}.sbom`])
      expect(refusal(await app.pushManifest(evil, tag)).reason).toBe('trust.tag_unsigned');
    const subject = descriptor(evil, mediaTypes.ociManifest);
    const disguised = imageManifest(config, [layer], {
      subject,
      artifactType: 'application/vnd.cncf.notary.signature',
    });
    refusal(await app.pushManifest(disguised, `${name}.sig`));
    const listed = {
      ...descriptor(disguised, mediaTypes.ociManifest),
      artifactType: 'application/vnd.cncf.notary.signature',
    };
    refusal(await app.pushManifest(indexManifest([listed]), name));
    // A list of what is nothing to run is what it says.
    const signature = cosignManifest([{ payload: Buffer.from('{}'), annotations: {} }]).content;
    expectStatus(await app.pushManifest(signature, digestOf(signature)), 201);
    expectStatus(await app.pushManifest(indexManifest([descriptor(signature, mediaTypes.ociManifest)]), name), 201);
  });

  it('asks nobody for another name than the one that calls, whatever it calls itself', async () => {
    const manifest = image();
    const headers = { 'user-agent': 'cosign/v2.4.1 (linux; amd64)' };
    refusal(await app.pushManifest(manifest, 'agent', headers));
  });

  it('holds from the moment that it is acknowledged, and no longer', async () => {
    await policies().set(projectId, trustPolicySettings.parse({ systems: ['cosign'] }));
    expectStatus(await app.pushManifest(image(), 'free'), 201);
    await policies().set(projectId, trustPolicySettings.parse({ push: 'block', systems: ['cosign'] }));
    refusal(await app.pushManifest(image(), 'free'));
  });
});

describe('signed_tags: protected', () => {
  beforeAll(() => open({ signed_tags: 'protected' }));

  it('lets a signed tag go only to what is signed; other tags go anywhere', async () => {
    const first = await signedImage('v1');
    const evil = image();
    const { reason, message } = refusal(await app.pushManifest(evil, 'v1'));
    expect(reason).toBe('trust.tag_protected');
    expect(message).toContain('v1 is signed');
    expect(message).toContain('sign it with: cosign sign --key release.key');
    expect([await digestAt('v1'), await digestAt(digestOf(evil))]).toEqual([digestOf(first), digestOf(evil)]);
    expectStatus(await app.pushManifest(first, 'v1'), 201);
    const second = await signedImage('v1');
    expect(await digestAt('v1')).toBe(digestOf(second));
    expectStatus(await app.pushManifest(image(), 'other'), 201);
    expectStatus(await app.pushManifest(image(), 'other'), 201);
  });

  it('asks that Notary names the new digest first, where Notary alone signed', async () => {
    const [first, next] = [image(), image()];
    expectStatus(await app.pushManifest(first, 'docker'), 201);
    await notarySigns('docker', digestOf(first));
    const { message, reason } = refusal(await app.pushManifest(next, 'docker'));
    expect(reason).toBe('trust.tag_protected');
    const name = `127.0.0.1:${registry.http.port}/${app.name}`;
    const hex = digestOf(next).slice('sha256:'.length);
    expect(message).toContain(`notary addhash -p ${name} docker ${next.length} --sha256 ${hex}`);
    await notarySigns('docker', digestOf(next));
    expectStatus(await app.pushManifest(next, 'docker'), 201);
    // Or somebody else whom the project trusts has signed it.
    await signedImage('docker');
  });

  it('loses no signed tag to a push that began before it was signed', async () => {
    for (let round = 0; round < 15; round++) {
      const tag = `race-${round}`;
      expectStatus(await app.pushManifest(image(), tag), 201);
      const good = await signedImage();
      const evil = image();
      const [, bad] = await Promise.all([app.pushManifest(good, tag), app.pushManifest(evil, tag)]);
      // First of the two it was allowed to, or it was refused; it never had the last word.
      expect([201, 412]).toContain(bad.status);
      expect(await digestAt(tag)).toBe(digestOf(good));
    }
  });
});

it('costs no query where nothing is asked for', async () => {
  await open({});
  const manifest = image();
  expectStatus(await app.pushManifest(manifest, 'v1'), 201);
  const database = registry.app.get(Database);
  const [query, prepared] = [jest.spyOn(database, 'query'), jest.spyOn(database, 'prepared')];
  expectStatus(await app.pushManifest(manifest, 'v1'), 201);
  const sent = [...query.mock.calls, ...prepared.mock.calls].map(([sql]) => sql);
  expect(sent.filter((sql) => /trust|signature|accessory/.test(sql))).toEqual([]);
  jest.restoreAllMocks();
});
