import { makeRootKey, makeTrustKey, signedBy, targetOf, TrustOwner, type TrustKey } from '@breakwater/testing';
import { InvalidUpdateError } from './errors';
import { parseEnvelope } from './metadata';
import { validatePublication, type ValidPublication } from './publication';
import { assemble, nextSnapshot, nextTimestamp, parseSnapshot, parseTimestamp } from './snapshot';

const gun = 'registry.example.com:8443/library/app';
const now = new Date();
const past = new Date(now.getTime() - 1_000).toISOString();

let owner: TrustOwner;
let snapshotKey: TrustKey;
let timestampKey: TrustKey;
let stored: Map<string, Buffer>;

beforeEach(() => {
  owner = new TrustOwner(gun);
  [snapshotKey, timestampKey] = [makeTrustKey(), makeTrustKey()];
  stored = new Map();
});

const servers = () => ({ snapshot: snapshotKey.key, timestamp: timestampKey.key });

function publish(files: Record<string, Buffer>): ValidPublication {
  const uploaded = new Map(Object.entries(files).map(([role, bytes]) => [role, parseEnvelope(bytes)]));
  return validatePublication({ gun, now, uploaded, stored: (role) => stored.get(role) });
}

/** Publishes and keeps what was published. */
function keep(files: Record<string, Buffer>): void {
  publish(files);
  for (const [role, bytes] of Object.entries(files)) stored.set(role, bytes);
}

const start = (): void => keep({ root: owner.root(servers()), targets: owner.targets({ v1: targetOf('one') }) });

function refusal(files: Record<string, Buffer>) {
  try {
    publish(files);
  } catch (error) {
    if (error instanceof InvalidUpdateError) return error.detail;
    throw error;
  }
  throw new Error('nothing was refused');
}

const badRoot = (Msg: unknown) => ({ Name: 'ErrBadRoot', Error: { Msg } });
const badTargets = (Msg: unknown) => ({ Name: 'ErrBadTargets', Error: { Msg } });
const badSnapshot = (Msg: unknown) => ({ Name: 'ErrBadSnapshot', Error: { Msg } });
const containing = (text: string): unknown => expect.stringContaining(text);

describe('the first publication', () => {
  it.each([1, 2])('begins with root version %i', (version) => {
    const { root, targets, files, snapshot } = publish({
      root: owner.root(servers(), { version }),
      targets: owner.targets({ v1: targetOf('one') }),
    });
    expect(root.signed.version).toBe(version);
    expect(targets.get('targets')?.signed.version).toBe(2);
    expect([...files.keys()]).toEqual(['root', 'targets']);
    expect(snapshot).toBeUndefined();
  });

  it('needs a root', () => {
    expect(refusal({ targets: owner.targets({}) })).toEqual({
      Name: 'ErrValidation',
      Error: { Msg: 'no pre-existing root and no root provided in update.' },
    });
  });

  it.each([0, 3])('cannot begin with root version %i', (version) => {
    const files = { root: owner.root(servers(), { version }), targets: owner.targets({}) };
    expect(refusal(files)).toEqual(badRoot(`Root modifications must increment the version. Current 1, new ${version}`));
  });
});

describe('the structure of a root', () => {
  const changed = (change: (signed: never) => void) => ({
    root: owner.root(servers(), { change: change as never }),
    targets: owner.targets({}),
  });

  it.each([
    ['another type', (signed: { _type: string }) => (signed._type = 'Targets'), 'root type metadata invalid'],
    [
      'a role is missing',
      (signed: { roles: Record<string, unknown> }) => delete signed.roles.snapshot,
      'missing snapshot role',
    ],
    [
      'no threshold',
      (signed: { roles: { targets: { threshold: number } } }) => (signed.roles.targets.threshold = 0),
      'invalid threshold specified for targets',
    ],
    [
      'a key that is not listed',
      (signed: { roles: { targets: { keyids: string[] } } }) => signed.roles.targets.keyids.push('constructor'),
      'key ID constructor specified in targets without',
    ],
    ['no time', (signed: { expires: string }) => (signed.expires = 'tomorrow'), 'root type metadata invalid: expires'],
  ])('%s', (_what, change, message) => {
    expect(refusal(changed(change))).toEqual(badRoot(containing(message)));
  });

  it('expired', () => {
    const files = { root: owner.root(servers(), { expires: past }), targets: owner.targets({}) };
    expect(refusal(files)).toEqual(badRoot(containing('root expired at')));
  });
});

describe('the certificate of a root', () => {
  const noLeaf = badRoot('could not validate the path to a trusted root: unable to retrieve valid leaf certificates');
  const day = 24 * 3_600_000;
  const refusedWith = (key: TrustKey) => {
    owner.rootKeys = [key];
    return refusal({ root: owner.root(servers()), targets: owner.targets({}) });
  };
  const acceptedWith = (key: TrustKey) => {
    owner.rootKeys = [key];
    return publish({ root: owner.root(servers()), targets: owner.targets({}) });
  };

  it('is of this GUN, or of a prefix of it', () => {
    expect(refusedWith(makeRootKey('registry.example.com/library/app'))).toEqual(noLeaf);
    expect(refusedWith(makeRootKey('registry.example.com:8443/other/*'))).toEqual(noLeaf);
    acceptedWith(makeRootKey('registry.example.com:8443/library/*'));
    acceptedWith(makeRootKey('*'));
  });

  it('has not expired, and begins by tomorrow at the latest', () => {
    expect(refusedWith(makeRootKey(gun, { to: new Date(Date.now() - 60_000) }))).toEqual(noLeaf);
    expect(refusedWith(makeRootKey(gun, { from: new Date(Date.now() + 2 * day) }))).toEqual(noLeaf);
    acceptedWith(makeRootKey(gun, { from: new Date(Date.now() + day / 2) }));
  });

  it('is no CA, and the only leaf of its bundle', () => {
    expect(refusedWith(makeRootKey(gun, { ca: true }))).toEqual(noLeaf);
    expect(refusedWith(makeRootKey(gun, { wrap: (pem) => pem + pem }))).toEqual(noLeaf);
  });

  it('is there: a bare key will not do', () => {
    expect(refusedWith(makeTrustKey())).toEqual(noLeaf);
  });

  it('made the signature', () => {
    const files = { root: owner.root(servers(), { signers: [makeRootKey(gun)] }), targets: owner.targets({}) };
    expect(refusal(files)).toEqual(
      badRoot('could not validate the path to a trusted root: failed to validate integrity of roots'),
    );
  });
});

describe('the rotation of a root', () => {
  beforeEach(start);

  it('needs the signatures of both, and the next version', () => {
    const [old] = owner.rootKeys;
    owner.rootKeys = [makeRootKey(gun)];
    const both = [old!, ...owner.rootKeys];
    expect(refusal({ root: owner.root(servers(), { version: 2 }) })).toEqual(
      badRoot(
        'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates',
      ),
    );
    expect(refusal({ root: owner.root(servers(), { version: 2, signers: [old!] }) })).toEqual(
      badRoot(containing('failed to validate integrity of roots')),
    );
    expect(refusal({ root: owner.root(servers(), { version: 3, signers: both }) })).toEqual(
      badRoot('Root modifications must increment the version. Current 1, new 3'),
    );
    keep({ root: owner.root(servers(), { version: 2, signers: both }) });
    expect(publish({ root: owner.root(servers(), { version: 3 }) }).root.signed.version).toBe(3);
  });

  it('goes on from a certificate that has expired since', () => {
    const key = makeRootKey(gun, { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 100) });
    owner = new TrustOwner(gun);
    owner.rootKeys = [key];
    stored.set('root', owner.root(servers()));
    owner.rootKeys = [makeRootKey(gun)];
    const root = owner.root(servers(), { version: 2, signers: [key, ...owner.rootKeys] });
    const later = new Date(Date.now() + 60_000);
    const uploaded = new Map([['root', parseEnvelope(root)]]);
    expect(
      validatePublication({ gun, now: later, uploaded, stored: (role) => stored.get(role) }).root.signed.version,
    ).toBe(2);
  });

  it('counts the threshold of the root before', () => {
    const keys = [makeRootKey(gun), makeRootKey(gun)];
    owner.rootKeys = keys;
    const two = (signed: Record<string, unknown>) => {
      (signed.roles as Record<string, { threshold: number }>).root!.threshold = 2;
    };
    stored.set('root', owner.root(servers(), { change: two }));
    expect(refusal({ root: owner.root(servers(), { version: 2, signers: [keys[0]!], change: two }) })).toEqual(
      badRoot(containing('could not rotate trust')),
    );
    publish({ root: owner.root(servers(), { version: 2, change: two }) });
  });
});

describe('targets and delegations', () => {
  const bob = makeTrustKey();
  const carol = makeTrustKey();
  beforeEach(start);

  const delegated = (version: number, keys = [bob]) =>
    owner.targets({ v1: targetOf('one') }, { version, delegations: [{ name: 'targets/bob', keys }] });

  it('are signed by whom the root names', () => {
    expect(refusal({ targets: owner.targets({}, { version: 3, signers: [bob] }) })).toEqual(
      badTargets('valid signatures did not meet threshold for targets'),
    );
    publish({ targets: owner.targets({}, { version: 3 }) });
  });

  it('are held against the root of the same publication', () => {
    const before = owner.targets({}, { version: 3 });
    owner.targetsKeys = [makeTrustKey()];
    const root = owner.root(servers(), { version: 2 });
    expect(refusal({ root, targets: before })).toEqual(badTargets(containing('did not meet threshold for targets')));
    publish({ root, targets: owner.targets({}, { version: 3 }) });
  });

  it('have not expired', () => {
    expect(refusal({ targets: owner.targets({}, { version: 3, expires: past }) })).toEqual(
      badTargets(containing('targets expired at')),
    );
  });

  it('a delegation that nobody lists does not exist', () => {
    const none = signedBy([bob], JSON.parse(owner.targets({}).toString()).signed);
    expect(refusal({ 'targets/none': none })).toEqual(
      badTargets('tuf: invalid role targets/none. delegation does not exist'),
    );
  });

  it('a delegation is held against its parent, sent along or in force', () => {
    const file = owner.targets({ v2: targetOf('two') }, { version: 1, signers: [bob] });
    const { targets } = publish({ targets: delegated(3), 'targets/bob': file });
    expect([...targets.keys()]).toEqual(['targets', 'targets/bob']);
    keep({ targets: delegated(3) });
    publish({ 'targets/bob': file });
    expect(refusal({ targets: delegated(4, [carol]), 'targets/bob': file })).toEqual(
      badTargets('valid signatures did not meet threshold for targets/bob'),
    );
  });

  it('deeper ones need every ancestor', () => {
    const child = owner.targets({}, { version: 1, signers: [carol] });
    const parent = owner.targets(
      {},
      { version: 1, signers: [bob], delegations: [{ name: 'targets/bob/ci', keys: [carol] }] },
    );
    keep({ targets: delegated(3) });
    expect(refusal({ 'targets/bob/ci': child })).toEqual(badTargets(containing('delegation does not exist')));
    publish({ 'targets/bob/ci': child, 'targets/bob': parent });
    keep({ 'targets/bob': parent });
    publish({ 'targets/bob/ci': child });
  });

  it.each(['targets', 'targets/Bob', 'targets/bob/ci', 'targets/../x', 'other', `targets/${'x'.repeat(260)}`])(
    'cannot delegate to %s',
    (name) => {
      const targets = owner.targets({}, { version: 3, delegations: [{ name, keys: [bob] }] });
      expect(refusal({ targets })).toEqual(badTargets(containing('targets type metadata invalid: delegation role')));
    },
  );

  it('a delegation may have several signers, and an expired certificate', () => {
    const expired = makeRootKey('bob', { to: new Date(Date.now() - 60_000) });
    const delegations = [{ name: 'targets/bob', keys: [expired, carol], threshold: 2 }];
    keep({ targets: owner.targets({}, { version: 3, delegations }) });
    const by = (signers: TrustKey[]) => ({ 'targets/bob': owner.targets({}, { version: 1, signers }) });
    expect(refusal(by([carol]))).toEqual(badTargets(containing('did not meet threshold for targets/bob')));
    publish(by([carol, expired]));
  });
});

describe('what would take long to check', () => {
  const files = (root: Buffer) => ({ root, targets: owner.targets({}) });

  it('is refused: keys of a role, signatures of a file', () => {
    const many = Array.from({ length: 201 }, () => owner.rootKeys[0]!.id);
    const change = (signed: Record<string, unknown>) => {
      (signed.roles as Record<string, { keyids: string[] }>).root!.keyids = many;
    };
    expect(refusal(files(owner.root(servers(), { change })))).toEqual(badRoot(containing('roles.root.keyids')));
    const signers = Array<TrustKey>(201).fill(owner.rootKeys[0]!);
    expect(() => publish(files(owner.root(servers(), { signers })))).toThrow('not a signed file: signatures');
  });

  it('a bundle without end, or with too many certificates, is none', () => {
    const [start] = ['-----BEGIN CERTIFICATE-----\n'];
    for (const wrap of [() => start.repeat(1_500), (pem: string) => pem.repeat(11)]) {
      owner.rootKeys = [makeRootKey(gun, { wrap })];
      expect(refusal(files(owner.root(servers())))).toEqual(badRoot(containing('unable to retrieve valid leaf')));
    }
    owner.rootKeys = [makeRootKey(gun, { wrap: (pem) => pem.padEnd(50_000) })];
    expect(refusal(files(owner.root(servers())))).toEqual(badRoot(containing('keyval.public')));
  });
});

describe('a snapshot that the client brings', () => {
  const snapshotOf = (files: Record<string, Buffer>, signers = [snapshotKey]) =>
    signedBy(signers, nextSnapshot(undefined, new Map(Object.entries(files)), now));

  it('names what was sent, and is signed by the key of the root', () => {
    const files = { root: owner.root(servers()), targets: owner.targets({}) };
    expect(publish({ ...files, snapshot: snapshotOf(files) }).snapshot?.signed.version).toBe(1);
    expect(refusal({ ...files, snapshot: snapshotOf(files, [timestampKey]) })).toEqual(
      badSnapshot('valid signatures did not meet threshold for snapshot'),
    );
    const others = { ...files, targets: owner.targets({ v9: targetOf('nine') }) };
    expect(refusal({ ...files, snapshot: snapshotOf(others) })).toEqual(
      badSnapshot(containing('sha256 checksum for targets did not match: expected')),
    );
  });

  it('has not expired, and names root and targets', () => {
    const files = { root: owner.root(servers()), targets: owner.targets({}) };
    const made = nextSnapshot(undefined, new Map(Object.entries(files)), now);
    const expired = signedBy([snapshotKey], { ...made, expires: past });
    expect(refusal({ ...files, snapshot: expired })).toEqual(badSnapshot(containing('snapshot expired at')));
    const { targets: _targets, ...meta } = made.meta as Record<string, unknown>;
    expect(refusal({ ...files, snapshot: signedBy([snapshotKey], { ...made, meta }) })).toEqual(
      badSnapshot(containing('missing targets sha256 checksum information')),
    );
  });
});

it('the server cannot begin a snapshot without targets', () => {
  const { files } = publish({ root: owner.root(servers()) });
  expect(() => nextSnapshot(undefined, files, now)).toThrow('targets must be loaded first');
});

it('what the server makes can be read again, and goes on from what was before', () => {
  start();
  const first = nextSnapshot(undefined, new Map([...stored]), now);
  const snapshot = parseSnapshot(parseEnvelope(assemble(first, [])));
  const second = nextSnapshot(snapshot.signed, new Map([['targets/bob', Buffer.from('x')]]), now);
  expect(second.version).toBe(2);
  expect(Object.keys(second.meta as object)).toEqual(['root', 'targets', 'targets/bob']);
  const timestamp = parseTimestamp(parseEnvelope(assemble(nextTimestamp(undefined, snapshot.bytes, now), [])));
  expect(nextTimestamp(timestamp.signed, snapshot.bytes, now).version).toBe(2);
});
