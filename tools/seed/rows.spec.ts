import { createHash } from 'node:crypto';
import { field } from './copy.mjs';
import { tagName } from './content.mjs';
import * as rows from './rows.mjs';
import { SCALES } from './scale.mjs';

const first = { project: 10, user_account: 5, project_member: 1, repository: 100, artifact: 1_000, blob: 50, tag: 7 };
const platform = rows.plan(SCALES.small, first);
const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const unique = (values: unknown[]): boolean => new Set(values).size === values.length;

/** id, project, repository, digest, type, media types, artifact type, size, manifest size, … */
const artifacts = [...rows.artifactRows(platform)];
const manifests = new Map([...rows.manifestRows(platform)].map(([digest, payload]) => [digest, payload as Buffer]));
const blobs = new Map([...rows.blobsOf(platform)].map((blob) => [blob.id, blob]));

it('makes as much as was asked for', () => {
  const { projects, repositories } = platform;
  const tags = [...rows.tagRows(platform)];
  expect([projects.length, repositories.length, artifacts.length, tags.length]).toEqual([4, 20, 1_000, 2_000]);
  expect(unique(artifacts.map(([id]) => id))).toBe(true);
  expect(unique(tags.map(([, repository, , name]) => `${repository}:${name}`))).toBe(true);
  expect(unique([...blobs.values()].map(({ digest }) => digest))).toBe(true);
});

it('stores manifests under their digests, of which each is one artifact', () => {
  for (const [digest, payload] of manifests) expect(sha256(payload)).toBe(digest);
  expect(new Set(artifacts.map(([, , , digest]) => digest))).toEqual(new Set(manifests.keys()));
});

it('names in every image only blobs that are there and belong to it', () => {
  const ofArtifact = new Map<unknown, Set<string>>();
  for (const [artifact, blob] of rows.artifactBlobRows(platform)) {
    const digests = ofArtifact.get(artifact) ?? new Set();
    ofArtifact.set(artifact, digests.add(blobs.get(blob)!.digest));
  }
  for (const [id, , , digest] of artifacts) {
    const { config, layers = [] } = JSON.parse(manifests.get(digest)!.toString());
    const named = [config, ...layers].filter(Boolean).map((descriptor) => descriptor.digest);
    expect(new Set(named)).toEqual(ofArtifact.get(id) ?? new Set());
  }
});

it('counts sizes as a push does: the manifest, its blobs, the children of an index', () => {
  const sizes = new Map(artifacts.map(([id, , , , , , , , size]) => [id, size]));
  const references = [...rows.referenceRows(platform)];
  const index = references[0]![0];
  const own = artifacts.find(([id]) => id === index)!;
  const children = references.filter(([parent]) => parent === index).map(([, child]) => sizes.get(child) as number);
  expect(children).toHaveLength(3);
  expect(own[8]).toBe((own[9] as number) + children[0]! + children[1]! + children[2]!);
});

it('tells of every tag where it points now', () => {
  const digests = new Map(artifacts.map(([id, , , digest]) => [id, digest]));
  const last = new Map(
    [...rows.historyRows(platform)].map(([repository, name, , to]) => [`${repository}:${name}`, to]),
  );
  for (const [, repository, artifact, name] of rows.tagRows(platform))
    expect(last.get(`${repository}:${name}`)).toBe(digests.get(artifact));
});

it('hangs signatures and attestations on images of their repositories, and gives them no tag', () => {
  const digests = new Map(artifacts.map(([id, , repository, digest]) => [digest, { id, repository }]));
  const accessories = [...rows.accessoryRows(platform)];
  expect(new Set(accessories.map(([, , , type]) => type))).toEqual(
    new Set(['signature.cosign', 'attestation.buildkit']),
  );
  for (const [id, repository, subject] of accessories) {
    expect(digests.get(subject)).toMatchObject({ repository });
    expect(digests.get(subject)!.id).not.toBe(id);
  }
  const tagged = new Set([...rows.tagRows(platform)].map(([, , artifact]) => artifact));
  expect(accessories.filter(([id]) => tagged.has(id))).toEqual([]);
});

it('gives tags names of their own', () => {
  const names = Array.from({ length: 5_000 }, (_, index) => tagName(index));
  expect(unique(names)).toBe(true);
  expect(names.slice(0, 4)).toEqual(['latest', 'v0.0.0', 'build-000000', 'v0.0.1']);
});

it('writes values as COPY reads them', () => {
  const written = [null, 5, true, 'a\tb\\c\n', Buffer.from('hi'), { a: 'b\\' }, new Date(0)].map((value) =>
    field(value),
  );
  expect(written).toEqual([
    '\\N',
    '5',
    'true',
    'a\\tb\\\\c\\n',
    '\\\\x6869',
    '{"a":"b\\\\\\\\"}',
    '1970-01-01T00:00:00.000Z',
  ]);
});
