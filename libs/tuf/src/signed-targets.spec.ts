import { makeTrustKey, targetOf, TrustOwner } from '@breakwater/testing';
import { parseEnvelope } from './metadata';
import { parseRoot } from './root';
import { signedTargets } from './signed-targets';

const owner = new TrustOwner('host/app');
const [server, bob, eve] = [makeTrustKey(), makeTrustKey(), makeTrustKey()];
const root = parseRoot(parseEnvelope(owner.root({ snapshot: server.key, timestamp: server.key })));
const now = new Date();
const walk = (files: Record<string, Buffer>) =>
  signedTargets(root, (role) => (Object.hasOwn(files, role) ? files[role] : undefined), now);
const names = (files: Record<string, Buffer>): string[] => walk(files).map(({ role, name }) => `${role} ${name}`);

it('tells who signed which digest under which name', () => {
  const [found] = walk({ targets: owner.targets({ v1: targetOf('one') }) });
  expect(found).toEqual({
    role: 'targets',
    name: 'v1',
    sha256: Buffer.from(targetOf('one').hashes.sha256, 'base64').toString('hex'),
    length: 3,
    keyIds: [owner.targetsKeys[0]!.id],
    expires: expect.any(Date),
  });
});

it('follows delegations as far as their paths and signatures go', () => {
  const v = (name: string) => ({ [name]: targetOf(name) });
  const targets = owner.targets(v('v1'), {
    delegations: [
      { name: 'targets/bob', keys: [bob], paths: ['v', 'w'] },
      { name: 'targets/releases', keys: [eve], paths: [] },
      { name: 'targets/gone', keys: [eve] },
    ],
  });
  const signedByBob = owner.targets(
    { ...v('v2'), ...v('x2'), ...v('w2') },
    { signers: [bob], delegations: [{ name: 'targets/bob/ci', keys: [eve], paths: ['v3', 'x'] }] },
  );
  const files = {
    targets,
    'targets/bob': signedByBob,
    'targets/bob/ci': owner.targets({ ...v('v31'), ...v('x3'), ...v('v4') }, { signers: [eve] }),
    'targets/releases': owner.targets(v('v5'), { signers: [eve] }),
    // Listed, signed once, by a key that counts no more.
    'targets/gone': owner.targets(v('v6'), { signers: [bob] }),
    'targets/unlisted': owner.targets(v('v7'), { signers: [bob] }),
  };
  expect(names(files)).toEqual(['targets v1', 'targets/bob v2', 'targets/bob w2', 'targets/bob/ci v31']);
  expect(names({ ...files, targets: owner.targets(v('v1'), { signers: [bob] }) })).toEqual([]);
});

it('leaves it to who asks whether an expired role counts', () => {
  const expires = new Date(now.getTime() - 1_000).toISOString();
  expect(walk({ targets: owner.targets({ v1: targetOf('one') }, { expires }) })).toMatchObject([
    { name: 'v1', expires: new Date(expires) },
  ]);
});
