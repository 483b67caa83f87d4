import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from './canonical-json';
import { checkHashes, parseEnvelope } from './metadata';
import { canonicalKeyIdOf, keyIdOf } from './public-key';
import { baseRoleKeys, parseRoot, verifyRoot } from './root';
import { assemble, namedHash, nextSnapshot, nextTimestamp, parseSnapshot, parseTimestamp } from './snapshot';
import { parseTargets, verifyTargets } from './targets';
import { requireThreshold, requireUnexpired, roleKeysOf } from './verification';

/** What docker 28.2.2 and Debian's notary-server wrote (signing.md section 3.1 and 3.2), byte for byte. */
const golden = (name: string): Buffer => readFileSync(join(__dirname, 'fixtures', `${name}.txt`));
const gun = '127.0.0.1:5000/lib/app';
const now = new Date('2026-11-23T00:00:00Z');
const root = parseRoot(parseEnvelope(golden('root')));

it('are the files that were recorded', () => {
  expect(hash('sha256', golden('root'), 'base64')).toBe('pwrUu/NiUqN/Gc83mFA8BbB+wQ4KvvWtZSxSw4xqojE=');
  expect(golden('root')).toHaveLength(2_384);
  expect(hash('sha256', golden('targets'), 'base64')).toBe('FInJqt8XeWzy7ijMTh9cey5LIARMw85zYz2kyykl7qo=');
  expect(hash('sha256', golden('snapshot'), 'base64')).toBe('l0DenQEeLOhsd11jmsF+juyf7cT0SyTfYdQP6fo2OJU=');
  expect(golden('timestamp')).toHaveLength(495);
});

it.each([
  'root',
  'targets',
  'snapshot',
  'timestamp',
  'targets-with-signer',
  'targets-signer-removed',
  'releases-by-signer',
])('%s is canonical as it stands', (name) => {
  const bytes = golden(name);
  const { signed, signatures } = parseEnvelope(bytes);
  expect(bytes.toString()).toContain(`{"signed":${canonicalJson(signed).toString()},"signatures"`);
  expect(assemble(signed as never, signatures).equals(bytes)).toBe(true);
});

it('keys have the ids under which they are listed', () => {
  const { keys } = root.signed;
  expect(Object.keys(keys)).toHaveLength(4);
  for (const [id, key] of Object.entries(keys)) expect(keyIdOf(key)).toBe(id);
  const [timestampKey] = baseRoleKeys(root, 'timestamp').keys.values();
  expect(keyIdOf(timestampKey!)).toBe('f75368224d34049d5abcdbc8e48ab8be363082606b24aa71528a3b08887a0b87');
});

it('the key of a certificate is known to clients by the id of its bare key', () => {
  const [rootKey] = baseRoleKeys(root, 'root').keys.values();
  expect(canonicalKeyIdOf(rootKey!)).not.toBe(keyIdOf(rootKey!));
  expect(canonicalKeyIdOf(rootKey!)).toMatch(/^[0-9a-f]{64}$/);
  const [targetsKey] = baseRoleKeys(root, 'targets').keys.values();
  expect(canonicalKeyIdOf(targetsKey!)).toBe(keyIdOf(targetsKey!));
});

it('all four signatures are good, and nothing has expired', () => {
  verifyRoot(parseEnvelope(golden('root')), { gun, now });
  verifyTargets(parseEnvelope(golden('targets')), 'targets', { hierarchy: { root, targets: new Map() }, now });
  const snapshot = parseSnapshot(parseEnvelope(golden('snapshot')));
  const timestamp = parseTimestamp(parseEnvelope(golden('timestamp')));
  for (const [file, role] of [
    [snapshot, 'snapshot'],
    [timestamp, 'timestamp'],
  ] as const) {
    expect(requireThreshold(file, baseRoleKeys(root, role)).size).toBe(1);
    expect(() => requireUnexpired(file.signed, role, now)).not.toThrow();
  }
  expect(() => requireUnexpired(timestamp.signed, 'timestamp', new Date('2026-12-07'))).toThrow('timestamp expired at');
});

it('the snapshot names root and targets, the timestamp names the snapshot', () => {
  const { signed: snapshot } = parseSnapshot(parseEnvelope(golden('snapshot')));
  checkHashes(golden('root'), 'root', snapshot.meta.root);
  checkHashes(golden('targets'), 'targets', snapshot.meta.targets);
  expect(snapshot.meta.root).toMatchObject({ length: 2_384 });
  const { signed: timestamp } = parseTimestamp(parseEnvelope(golden('timestamp')));
  checkHashes(golden('snapshot'), 'snapshot', timestamp.meta.snapshot);
  expect(namedHash(timestamp, 'snapshot')).toBe(hash('sha256', golden('snapshot'), 'hex'));
  expect(namedHash(timestamp, 'root')).toBeUndefined();
});

it('the target is the digest of the manifest that was pushed', () => {
  const { signed } = parseTargets(parseEnvelope(golden('targets')), 'targets');
  const { v1 } = signed.targets;
  expect(Buffer.from(v1!.hashes.sha256!, 'base64').toString('hex')).toBe(
    'd844c9bd29468d62ff4a1b59fd6712a5f4363f65afca93f012005d8182234473',
  );
  expect(v1!.length).toBe(523);
});

it('the server makes what Notary made, for the same files at the same time', () => {
  const made = nextSnapshot(
    undefined,
    new Map([
      ['root', golden('root')],
      ['targets', golden('targets')],
    ]),
    now,
  );
  const { signed } = parseEnvelope(golden('snapshot'));
  expect({ ...made, expires: '' }).toEqual({ ...(signed as object), expires: '' });
  expect(made.expires).toBe('2029-11-23T00:00:00Z');
  const stamp = nextTimestamp(undefined, golden('snapshot'), new Date('2026-11-23T01:02:03.120Z'));
  expect({ ...stamp, expires: '' }).toEqual({ ...(parseEnvelope(golden('timestamp')).signed as object), expires: '' });
  expect(stamp.expires).toBe('2026-12-07T01:02:03.12Z');
});

describe('delegations', () => {
  it('docker trust signer add names a signer and its releases', () => {
    const { file } = verifyTargets(parseEnvelope(golden('targets-with-signer')), 'targets', {
      hierarchy: { root, targets: new Map() },
      now,
    });
    expect(file.signed.delegations.roles.map(({ name, paths }) => [name, paths])).toEqual([
      ['targets/carol', ['']],
      ['targets/releases', ['']],
    ]);
  });

  it('docker trust signer remove leaves a role without keys, which nobody can sign', () => {
    const { file } = verifyTargets(parseEnvelope(golden('targets-signer-removed')), 'targets', {
      hierarchy: { root, targets: new Map() },
      now,
    });
    const [releases] = file.signed.delegations.roles;
    expect(releases).toMatchObject({ name: 'targets/releases', keyids: [], threshold: 1 });
    const hierarchy = { root, targets: new Map([['targets', file]]) };
    expect(() =>
      verifyTargets(parseEnvelope(golden('releases-by-signer')), 'targets/releases', { hierarchy, now }),
    ).toThrow('valid signatures did not meet threshold for targets/releases');
  });

  it('a signature by a key that the role does not name is none', () => {
    const file = parseTargets(parseEnvelope(golden('releases-by-signer')), 'targets/releases');
    const carol = parseTargets(parseEnvelope(golden('targets-with-signer')), 'targets').signed.delegations;
    const role = roleKeysOf('targets/releases', carol.roles[1]!, carol.keys);
    expect(() => requireThreshold(file, role)).toThrow('did not meet threshold');
  });
});
