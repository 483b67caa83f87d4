import { digestOf, mediaTypes } from '@breakwater/kernel';
import type { Principal } from '@breakwater/access';
import { artifactManifest, configBytes, descriptor, imageManifest, indexManifest } from './testing/images';
import { RegistryUnderTest, system } from './testing/registry-under-test';
import { expectStatus, type RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let admin: Principal;
let app: RepositoryClient;
const config = configBytes({ author: 'tests' });
const layer = Buffer.from('a layer');

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('pushes');
  admin = (await registry.login('admin'))!;
  app = await registry.as(admin, 'pushes/app');
  for (const blob of [config, layer, Buffer.from('{}')]) await app.pushBlob(blob);
});
afterAll(() => registry.stop());

const historyOf = (tag: string) =>
  registry.sql(
    `SELECT h.old_digest AS "from", h.new_digest AS "to", h.actor, h.source_address AS address, h.user_agent AS agent
     FROM tag_history h JOIN repository r ON r.id = h.repository_id WHERE r.name = $1 AND h.name = $2 ORDER BY h.id`,
    [app.name, tag],
  );
const outbox = () =>
  registry.sql<{ topic: string; key: string; payload: Record<string, unknown> }>(
    'SELECT topic, key, payload FROM outbox ORDER BY id',
  );
const unique = (note: string): Buffer => imageManifest(config, [layer], { annotations: { note } });

describe('a manifest', () => {
  it('comes back byte for byte, whatever its whitespace, order and unknown fields', async () => {
    const odd = Buffer.from(
      `\n{ "layers":[] ,\t"unknown": {"b":1,"a":[1e2,"\\u00e9"]},\r\n "config":${JSON.stringify(descriptor(config, mediaTypes.ociConfig))},
       "schemaVersion" : 2 , "mediaType":"${mediaTypes.ociManifest}"}\n\n`,
    );
    const digest = digestOf(odd);
    const pushed = expectStatus(await app.pushManifest(odd, 'odd'), 201);
    expect(pushed.headers).toMatchObject({
      location: `/v2/pushes/app/manifests/${digest}`,
      'docker-content-digest': digest,
    });
    for (const reference of ['odd', digest]) {
      const pulled = expectStatus(await app.send('GET', `/manifests/${reference}`), 200);
      expect(pulled.body.equals(odd)).toBe(true);
      const described = {
        'content-type': mediaTypes.ociManifest,
        'content-length': String(odd.length),
        'docker-content-digest': digest,
        etag: `"${digest}"`,
      };
      expect(pulled.headers).toMatchObject(described);
      const head = expectStatus(await app.send('HEAD', `/manifests/${reference}`), 200);
      expect(head.headers).toMatchObject(described);
      expect(head.body).toHaveLength(0);
    }
  });

  it('is pushed under a sha512 digest', async () => {
    const manifest = unique('sha512');
    const digest = digestOf(manifest, 'sha512');
    const pushed = expectStatus(await app.pushManifest(manifest, `${digest}?tag=long`), 201);
    expect(pushed.headers).toMatchObject({ 'docker-content-digest': digest, 'oci-tag': 'long' });
    expect(expectStatus(await app.send('GET', '/manifests/long'), 200).headers['docker-content-digest']).toBe(digest);
    expectStatus(await app.send('GET', `/manifests/${digestOf(manifest)}`), 404);
  });

  it.each([
    ['another digest', digestOf(Buffer.from('other')), 'DIGEST_INVALID'],
    ['no digest', 'sha256:abc', 'DIGEST_INVALID'],
    ['no tag', '-not-a-tag', 'TAG_INVALID'],
    ['too long a tag', 'x'.repeat(129), 'TAG_INVALID'],
  ])('is refused under %s', async (_, reference, code) => {
    expect(expectStatus(await app.pushManifest(unique('refused'), reference), 400).codes()).toEqual([code]);
  });

  it('misses every blob it needs, each by name', async () => {
    const [one, two] = [Buffer.from('never pushed 1'), Buffer.from('never pushed 2')];
    const answer = expectStatus(await app.pushManifest(imageManifest(one, [two, layer, two]), 'missing'), 400);
    const { errors } = answer.json<{ errors: { code: string; detail: { digest: string } }[] }>();
    expect(errors.map(({ code }) => code)).toEqual(['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']);
    expect(errors.map(({ detail }) => detail.digest).sort()).toEqual([digestOf(one), digestOf(two)].sort());
    expectStatus(await app.send('GET', '/manifests/missing'), 404);
  });

  it('needs no blob that clients fetch elsewhere', async () => {
    const foreign = { ...descriptor(Buffer.from('elsewhere')), urls: ['https://example.com/layer'] };
    const old = descriptor(Buffer.from('foreign'), 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    const manifest = imageManifest(config, [], { layers: [foreign, old] });
    expectStatus(await app.pushManifest(manifest, 'foreign'), 201);
  });

  it('remembers its config', async () => {
    const rich = configBytes({
      'os.version': '10.0.17763',
      created: '2026-01-01T00:00:00Z',
      config: { Env: ['A=b'] },
      history: [{ created_by: 'sh' }],
    });
    await app.pushBlob(rich);
    const manifest = imageManifest(rich, []);
    expectStatus(await app.pushManifest(manifest, 'rich'), 201);
    const [row] = await registry.sql('SELECT type, media_type, extra_attrs FROM artifact WHERE digest = $1', [
      digestOf(manifest),
    ]);
    expect(row).toEqual({
      type: 'IMAGE',
      media_type: mediaTypes.ociConfig,
      extra_attrs: {
        architecture: 'amd64',
        os: 'linux',
        'os.version': '10.0.17763',
        created: '2026-01-01T00:00:00Z',
        config: { Env: ['A=b'] },
      },
    });
  });

  it.each([
    ['no JSON', Buffer.from('not json')],
    ['a list', Buffer.from('[1]')],
    ['a NUL', Buffer.from('{"author":"a\\u0000b"}')],
    ['half a character', Buffer.from('{"author":"a\\ud800b"}')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b, 0x7d])],
    ['more than a megabyte behind a size that lies', Buffer.from(`{"author":"${'x'.repeat(1_200_000)}"}`)],
    ['depth', Buffer.from(`{"config":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)],
  ])('is taken with a config that is %s', async (name, bytes) => {
    await app.pushBlob(bytes);
    const lying = { ...descriptor(bytes, mediaTypes.ociConfig), size: 10 };
    expectStatus(await app.pushManifest(imageManifest(bytes, [], { config: lying, note: name }), 'odd-config'), 201);
    const [row] = await registry.sql<{ extra_attrs: object }>(
      `SELECT extra_attrs FROM artifact a JOIN tag t ON t.artifact_id = a.id WHERE t.name = 'odd-config'`,
    );
    expect(row!.extra_attrs).toEqual({});
  });

  it('is deleted with its tags, or only its tag', async () => {
    const digest = digestOf(unique('deleted'));
    for (const tag of ['d1', 'd2', 'd3']) await app.pushManifest(unique('deleted'), tag);
    expectStatus(await app.send('DELETE', '/manifests/d1'), 202);
    expectStatus(await app.send('DELETE', '/manifests/d1'), 404);
    expectStatus(await app.send('HEAD', `/manifests/${digest}`), 200);
    expectStatus(await app.send('DELETE', `/manifests/${digest}`), 202);
    for (const reference of ['d2', 'd3', digest]) expectStatus(await app.send('HEAD', `/manifests/${reference}`), 404);
    expectStatus(await app.send('DELETE', `/manifests/${digest}`), 404);
  });

  it.each([`"DIGEST"`, 'W/"DIGEST"', 'DIGEST', '*'])('is 304 for If-None-Match: %s', async (template) => {
    await app.pushManifest(unique('etag'), 'etag');
    const headers = { 'if-none-match': template.replace('DIGEST', digestOf(unique('etag'))) };
    for (const method of ['GET', 'HEAD']) {
      const answer = expectStatus(await app.send(method, '/manifests/etag', { headers }), 304);
      expect(answer.body).toHaveLength(0);
    }
    expectStatus(await app.send('GET', '/manifests/etag', { headers: { 'if-none-match': '"sha256:0"' } }), 200);
  });
});

describe('an index', () => {
  it('lists what is here, also other indexes', async () => {
    const child = await app.pushImage('child');
    const inner = indexManifest([
      { ...descriptor(child.manifest, mediaTypes.ociManifest), platform: { architecture: 'arm64', os: 'linux' } },
    ]);
    expectStatus(await app.pushManifest(inner, digestOf(inner)), 201);
    const outer = indexManifest([descriptor(inner, mediaTypes.ociIndex)]);
    expectStatus(await app.pushManifest(outer, 'multi'), 201);
    expect(expectStatus(await app.send('GET', '/manifests/multi'), 200).headers['content-type']).toBe(
      mediaTypes.ociIndex,
    );
    const references = await registry.sql<{ platform: unknown }>(
      'SELECT r.platform FROM artifact_reference r JOIN artifact p ON p.id = r.parent_id WHERE p.digest = $1',
      [digestOf(inner)],
    );
    expect(references).toEqual([{ platform: { architecture: 'arm64', os: 'linux' } }]);
    const refused = expectStatus(await app.send('DELETE', `/manifests/${child.digest}`), 412);
    expect(refused.codes()).toEqual(['PRECONDITION']);
    for (const manifest of [outer, inner, child.manifest])
      expectStatus(await app.send('DELETE', `/manifests/${digestOf(manifest)}`), 202);
  });

  it('misses children that are not here', async () => {
    const elsewhere = await registry.as(system, 'pushes/elsewhere');
    const child = await elsewhere.pushImage('child elsewhere');
    const index = indexManifest([descriptor(child.manifest, mediaTypes.ociManifest)]);
    expect(expectStatus(await app.pushManifest(index, 'broken'), 400).codes()).toEqual(['MANIFEST_BLOB_UNKNOWN']);
  });

  it('may be empty, and may list a child many times', async () => {
    expectStatus(await app.pushManifest(indexManifest([]), 'empty'), 201);
    const child = await app.pushImage('often');
    const often = indexManifest(
      new Array<never>(9_999).fill(descriptor(child.manifest, mediaTypes.ociManifest) as never),
    );
    expectStatus(await app.pushManifest(often, 'often'), 201);
  });

  it('may stand on many levels of others', async () => {
    const child = await app.pushImage('deep');
    let level = [descriptor(child.manifest, mediaTypes.ociManifest)];
    for (let depth = 0; depth < 60; depth++) {
      const pair = ['a', 'b'].map((side) => indexManifest(level, { annotations: { side } }));
      for (const index of pair) expectStatus(await app.pushManifest(index, digestOf(index)), 201);
      level = pair.map((index) => descriptor(index, mediaTypes.ociIndex));
    }
    const [row] = await registry.sql<{ size: number }>('SELECT size FROM artifact WHERE digest = $1', [
      level[0]!.digest,
    ]);
    expect(row!.size).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('tags of one push', () => {
  it('are set with ?tag= and listed in OCI-Tag', async () => {
    const tags = Array.from({ length: 100 }, (_, i) => `many-${i}`);
    const manifest = unique('many tags');
    const query = tags.map((tag) => `tag=${tag}`).join('&');
    const answer = expectStatus(await app.pushManifest(manifest, `${digestOf(manifest)}?${query}`), 201);
    expect(answer.headers['oci-tag']).toBe(tags.join(', '));
    for (const tag of [tags[0], tags[99]])
      expect((await app.send('HEAD', `/manifests/${tag}`)).headers['docker-content-digest']).toBe(digestOf(manifest));
  });

  it('may not be too many', async () => {
    const query = Array.from({ length: 101 }, (_, i) => `tag=t${i}`).join('&');
    const answer = await app.pushManifest(unique('x'), `${digestOf(unique('x'))}?${query}`);
    expectStatus(answer, 414).codes();
    expectStatus(await app.send('HEAD', `/manifests/${digestOf(unique('x'))}`), 404);
  });

  it.each(['tag=ok&tag=..', 'tag=', 'tag=a%00b', 'tag=a/b'])('must be tags (%s)', async (query) => {
    const answer = await app.pushManifest(unique('y'), `${digestOf(unique('y'))}?${query}`);
    expect(expectStatus(answer, 400).codes()).toEqual(['TAG_INVALID']);
  });

  it('go with a digest only', async () => {
    expectStatus(await app.pushManifest(unique('z'), 'one?tag=two'), 400);
  });
});

describe('a push under a condition', () => {
  const etag = (manifest: Buffer) => `"${digestOf(manifest)}"`;

  it('replaces exactly what the client read', async () => {
    const [first, second] = [unique('first'), unique('second')];
    expectStatus(await app.pushManifest(first, 'cas', { 'if-none-match': '*' }), 201);
    expect(expectStatus(await app.pushManifest(second, 'cas', { 'if-none-match': '*' }), 412).codes()).toEqual([
      'PRECONDITION',
    ]);
    expectStatus(await app.pushManifest(second, 'cas', { 'if-match': etag(second) }), 412);
    expectStatus(await app.pushManifest(second, 'cas', { 'if-match': etag(first) }), 201);
    expectStatus(await app.pushManifest(first, 'cas', { 'if-none-match': etag(second) }), 412);
    expectStatus(await app.pushManifest(first, 'cas', { 'if-match': '*' }), 201);
    expectStatus(await app.pushManifest(first, 'not-there', { 'if-match': '*' }), 412);
    expectStatus(await app.send('HEAD', '/manifests/not-there'), 404);
  });

  it('has one winner among many', async () => {
    const base = unique('base');
    await app.pushManifest(base, 'race');
    const rivals = Array.from({ length: 12 }, (_, i) => unique(`rival ${i}`));
    const answers = await Promise.all(
      rivals.map((rival) => app.pushManifest(rival, 'race', { 'if-match': etag(base) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...new Array<number>(11).fill(412)]);
    const winner = rivals[answers.findIndex(({ status }) => status === 201)]!;
    expect(expectStatus(await app.send('GET', '/manifests/race'), 200).body.equals(winner)).toBe(true);
  });
});

describe('two pushes of one tag', () => {
  it('both are kept whole, and the last one has the tag', async () => {
    const rivals = Array.from({ length: 10 }, (_, i) => unique(`same tag ${i}`));
    for (const answer of await Promise.all(rivals.map((rival) => app.pushManifest(rival, 'same'))))
      expectStatus(answer, 201);
    for (const rival of rivals)
      expect(expectStatus(await app.send('GET', `/manifests/${digestOf(rival)}`), 200).body.equals(rival)).toBe(true);
    const history = await historyOf('same');
    const current = (await app.send('HEAD', '/manifests/same')).headers['docker-content-digest'];
    expect(history).toHaveLength(10);
    expect(history.map(({ from }) => from)).toEqual([null, ...history.slice(0, 9).map(({ to }) => to)]);
    expect(history.at(-1)!.to).toBe(current);
  });
});

describe('what a push leaves behind', () => {
  it('the history of its tags', async () => {
    const [first, second] = [unique('h1'), unique('h2')];
    const headers = { 'user-agent': 'x'.repeat(400) };
    await app.pushManifest(first, 'history', headers);
    await app.pushManifest(first, 'history', headers);
    await app.pushManifest(second, 'history', headers);
    expectStatus(await app.send('DELETE', '/manifests/history', { headers }), 202);
    const who = { actor: 'admin', address: '127.0.0.1', agent: 'x'.repeat(255) };
    expect(await historyOf('history')).toEqual([
      { from: null, to: digestOf(first), ...who },
      { from: digestOf(first), to: digestOf(second), ...who },
      { from: digestOf(second), to: null, ...who },
    ]);
  });

  it('an event in the same transaction, and none when it fails', async () => {
    await registry.sql('DELETE FROM outbox');
    const manifest = unique('event');
    expectStatus(await app.pushManifest(imageManifest(Buffer.from('missing'), []), 'event'), 400);
    expectStatus(await app.pushManifest(manifest, 'event', { 'if-match': '"sha256:0"' }), 412);
    expectStatus(await app.pushManifest(Buffer.from('{}'), 'event'), 400);
    expect(await outbox()).toEqual([]);
    expectStatus(await app.pushManifest(manifest, 'event'), 201);
    expectStatus(await app.pushManifest(manifest, 'event'), 201);
    expectStatus(await app.send('DELETE', '/manifests/event'), 202);
    expectStatus(await app.send('DELETE', `/manifests/${digestOf(manifest)}`), 202);
    const events = await outbox();
    expect(events.map(({ topic, key }) => `${topic} ${key}`)).toEqual(
      ['artifact.pushed', 'artifact.pushed', 'tag.deleted', 'artifact.deleted'].map((topic) => `${topic} pushes/app`),
    );
    expect(events.map(({ payload }) => payload.created)).toEqual([true, false, undefined, undefined]);
    expect(events[0]!.payload).toMatchObject({
      repository: 'pushes/app',
      digest: digestOf(manifest),
      mediaType: mediaTypes.ociManifest,
      tags: ['event'],
      actor: { name: 'admin', address: '127.0.0.1' },
    });
  });

  it('an accessory, by tag or by subject', async () => {
    const { digest, manifest } = await app.pushImage('signed');
    const subject = descriptor(manifest, mediaTypes.ociManifest);
    const pushes: [Buffer, string, string][] = [
      [unique('cosign'), `${digest.replace(':', '-')}.sig`, 'signature.cosign'],
      [unique('att'), `${digest.replace(':', '-')}.att`, 'subject.accessory'],
      [artifactManifest('application/vnd.cncf.notary.signature', subject), 'notation', 'signature.notation'],
      [artifactManifest('application/vnd.example.sbom', subject), 'sbom', 'subject.accessory'],
      [imageManifest(config, [layer], { subject }), 'subject', 'subject.accessory'],
    ];
    for (const [bytes, tag] of pushes) expectStatus(await app.pushManifest(bytes, tag), 201);
    const rows = await registry.sql(
      'SELECT a.digest, c.type FROM accessory c JOIN artifact a ON a.id = c.artifact_id WHERE c.subject_digest = $1',
      [digest],
    );
    expect(rows).toHaveLength(pushes.length);
    for (const [bytes, , type] of pushes) expect(rows).toContainEqual({ digest: digestOf(bytes), type });
    expectStatus(await app.send('DELETE', `/manifests/${digestOf(pushes[0]![0])}`), 202);
    const left = await registry.sql('SELECT 1 FROM accessory WHERE subject_digest = $1', [digest]);
    expect(left).toHaveLength(pushes.length - 1);
  });
});
