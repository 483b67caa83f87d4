import { digestOf, fallbackTag, mediaTypes, type Descriptor } from '@breakwater/kernel';
import { artifactManifest, configBytes, descriptor, imageManifest, indexManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
const signature = 'application/vnd.example.signature';
const sbom = 'application/vnd.example.sbom';

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('refs');
  app = await registry.as(system, 'refs/app', 'refs/empty');
  await app.pushBlob(Buffer.from('{}'));
});
afterAll(() => registry.stop());

async function referrers(subject: string, query = '', client = app) {
  const answer = expectStatus(await client.send('GET', `/referrers/${subject}${query}`), 200);
  expect(answer.headers['content-type']).toBe(mediaTypes.ociIndex);
  const index = answer.json<{ schemaVersion: number; mediaType: string; manifests: Descriptor[] }>();
  expect(index).toMatchObject({ schemaVersion: 2, mediaType: mediaTypes.ociIndex });
  return { manifests: index.manifests, headers: answer.headers };
}

async function subjectOf(seed: string): Promise<Descriptor> {
  const { manifest } = await app.pushImage(seed);
  return descriptor(manifest, mediaTypes.ociManifest);
}

async function push(manifest: Buffer, reference = digestOf(manifest)): Promise<Buffer> {
  expectStatus(await app.pushManifest(manifest, reference), 201);
  return manifest;
}

describe('what refers to a digest', () => {
  it('is nothing for a subject or a repository that is not there', async () => {
    const nothing = digestOf(Buffer.from('nothing'));
    expect((await referrers(nothing)).manifests).toEqual([]);
    expect((await referrers(nothing, '', await registry.as(system, 'refs/empty'))).manifests).toEqual([]);
    expect((await referrers(digestOf(Buffer.from('x'), 'sha512'))).manifests).toEqual([]);
  });

  it.each(['latest', 'sha256:abc', `sha256:${'A'.repeat(64)}`, 'md5:00'])('needs a digest, not %s', async (text) => {
    expect(expectStatus(await app.send('GET', `/referrers/${text}`), 400).codes()).toEqual(['DIGEST_INVALID']);
  });

  it('is listed with type and annotations, and gone when it is deleted', async () => {
    const subject = await subjectOf('listed');
    const annotations = { 'org.example': 'yes', empty: '' };
    const typed = await push(artifactManifest(signature, subject, { annotations }));
    const config = configBytes({ author: 'referrer' });
    await app.pushBlob(config);
    const image = await push(imageManifest(config, [], { subject }));
    const index = await push(indexManifest([], { subject }));
    const { manifests, headers } = await referrers(subject.digest);
    expect(headers['oci-filters-applied']).toBeUndefined();
    expect(manifests).toHaveLength(3);
    expect(manifests).toEqual(
      expect.arrayContaining([
        { ...descriptor(typed, mediaTypes.ociManifest), artifactType: signature, annotations },
        { ...descriptor(image, mediaTypes.ociManifest), artifactType: mediaTypes.ociConfig },
        descriptor(index, mediaTypes.ociIndex),
      ]),
    );
    expectStatus(await app.send('DELETE', `/manifests/${digestOf(typed)}`), 202);
    expect((await referrers(subject.digest)).manifests).toHaveLength(2);
  });

  it('is told to the client that pushes it', async () => {
    const subject = descriptor(Buffer.from('pushed later, or never'), mediaTypes.ociManifest);
    const manifest = artifactManifest(signature, subject);
    const answer = expectStatus(await app.pushManifest(manifest, digestOf(manifest)), 201);
    expect(answer.headers['oci-subject']).toBe(subject.digest);
    expect((await referrers(subject.digest)).manifests).toHaveLength(1);
  });

  it('is filtered by type', async () => {
    const subject = await subjectOf('filtered');
    await push(artifactManifest(signature, subject));
    await push(artifactManifest(sbom, subject));
    const { manifests, headers } = await referrers(subject.digest, `?artifactType=${encodeURIComponent(sbom)}`);
    expect(manifests.map(({ artifactType }) => artifactType)).toEqual([sbom]);
    expect(headers['oci-filters-applied']).toBe('artifactType');
    for (const type of ['nothing', '%00', 'a%00b', "'"])
      expect((await referrers(subject.digest, `?artifactType=${type}`)).manifests).toEqual([]);
  });

  it('is refused when a parameter is given twice', async () => {
    expectStatus(await app.send('GET', `/referrers/${digestOf(Buffer.from('x'))}?artifactType=a&artifactType=b`), 400);
  });

  it('comes in pages when annotations are large', async () => {
    const subject = await subjectOf('paged');
    const expected: string[] = [];
    for (let i = 0; i < 9; i++) {
      const manifest = await push(
        artifactManifest(i % 2 ? signature : sbom, subject, {
          annotations: { i: String(i), big: 'x'.repeat(900_000) },
        }),
      );
      expected.push(digestOf(manifest));
    }
    for (const [type, count] of [
      [undefined, 9],
      [sbom, 5],
    ] as const) {
      const found: string[] = [];
      let next: string | undefined = `/v2/refs/app/referrers/${subject.digest}${type ? `?artifactType=${type}` : ''}`;
      let pages = 0;
      while (next) {
        const answer = expectStatus(await app.send('GET', next), 200);
        expect(answer.body.length).toBeLessThan(4 * 1024 * 1024);
        found.push(...answer.json<{ manifests: Descriptor[] }>().manifests.map(({ digest }) => digest));
        next = /<(.+)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
        pages++;
      }
      expect(found).toEqual([...found].sort());
      expect(new Set(found).size).toBe(count);
      expect(pages).toBeGreaterThan(1);
      if (!type) expect(found).toEqual([...expected].sort());
    }
  });

  it('starts after any last', async () => {
    const subject = await subjectOf('last');
    const all = (await Promise.all([signature, sbom].map((type) => push(artifactManifest(type, subject)))))
      .map((m) => digestOf(m))
      .sort();
    expect((await referrers(subject.digest, `?last=${all[0]}`)).manifests.map(({ digest }) => digest)).toEqual([
      all[1],
    ]);
    expect((await referrers(subject.digest, '?last=')).manifests).toHaveLength(2);
    expect((await referrers(subject.digest, '?last=%00')).manifests).toHaveLength(2);
    expect((await referrers(subject.digest, '?last=zzz')).manifests).toEqual([]);
  });
});

describe('the fallback tag', () => {
  it('is merged: what older clients listed there shows as well, once', async () => {
    const subject = await subjectOf('fallback');
    const direct = await push(artifactManifest(signature, subject));
    const old = await push(artifactManifest(sbom, undefined));
    const gone = descriptor(Buffer.from('deleted long ago'), mediaTypes.ociManifest);
    const listed = [
      { ...descriptor(direct, mediaTypes.ociManifest), artifactType: signature },
      { ...descriptor(old, mediaTypes.ociManifest), artifactType: sbom, annotations: { by: 'an old client' } },
    ];
    await push(indexManifest(listed), fallbackTag(subject.digest));
    const { manifests } = await referrers(subject.digest);
    expect(manifests).toHaveLength(2);
    expect(manifests).toContainEqual(listed[1]);
    expect(manifests.map(({ digest }) => digest)).not.toContain(gone.digest);
    expect((await referrers(subject.digest, `?artifactType=${sbom}`)).manifests).toEqual([listed[1]]);
  });

  it('may hold something else', async () => {
    const subject = await subjectOf('no index');
    const config = configBytes();
    await app.pushBlob(config);
    await push(imageManifest(config, []), fallbackTag(subject.digest));
    expect((await referrers(subject.digest)).manifests).toEqual([]);
  });
});
