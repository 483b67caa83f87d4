import type { SignatureVerdict } from '@breakwater/kernel';
import { insertArtifact } from '../testing/artifact-fixture';
import { startTestCore, type TestCore } from '../testing/test-core';

const name = 'team/app';
const [day, now] = [86_400_000, Date.now()];
const later = new Date(now + day);

let core: TestCore;
let image: { id: number; digest: string };
let child: { id: number; digest: string };
let index: { id: number; digest: string };

beforeAll(async () => {
  core = await startTestCore();
  await core.createProject('team');
  await core.createUser('guest');
  await core.createUser('stranger');
  await core.addMember('team', 'guest', 5);
  image = await insertArtifact(core.database, { repository: name, content: 'image', tags: ['v1', 'v2'] });
  child = await insertArtifact(core.database, { repository: name, content: 'child' });
  index = await insertArtifact(core.database, {
    repository: name,
    content: 'index',
    tags: ['multi'],
    children: [child],
  });
}, 60_000);
afterAll(() => core.close());

const ask = (reference: string, as = 'guest') =>
  core.request('GET', `/projects/team/repositories/app/artifacts/${reference}/additions/signatures`, { as });
const tags = async () => {
  const { body } = await core.request('GET', '/projects/team/repositories/app/tags?sort=name', { as: 'guest' });
  const listed = body as { name: string; signed: boolean; signature_status: string }[];
  return listed.map((tag) => [tag.name, tag.signed, tag.signature_status]);
};

const verdict: SignatureVerdict = {
  system: 'notation',
  format: 'jws',
  status: 'valid',
  reasons: [],
  checks: [{ name: 'integrity', outcome: 'passed' }],
  signer: {
    identity: 'CN=builder',
    issuer: 'CN=root',
    thumbprints: ['ab', 'cd'],
    chain: [
      {
        subject: 'CN=builder',
        issuer: 'CN=root',
        serial: '01',
        thumbprint: 'ab',
        notBefore: new Date(now - day),
        notAfter: later,
      },
    ],
  },
  trustedBy: ['ca:acme'],
  signedAt: { at: new Date(now), source: 'signer' },
  expires: later,
  recheckAt: later,
  claims: { build: '7' },
};

/** As a push and the job would leave it; without a verdict, as the push alone. */
async function sign(subject: string, content: string, given?: SignatureVerdict): Promise<string> {
  const { id, digest } = await insertArtifact(core.database, { repository: name, content, subject });
  if (!given) return digest;
  await core.database.query(
    `INSERT INTO signature (repository_id, subject_digest, artifact_id, position, system, status, trusted_by, verdict, policy_version,
                            verified_time, recheck_time)
     SELECT r.id, $2, $3, 0, $4, $5, $6, $7, 0, now(), $8 FROM repository r WHERE r.name = $1`,
    [
      name,
      subject,
      id,
      given.system,
      given.status,
      JSON.stringify(given.trustedBy),
      JSON.stringify(given),
      given.recheckAt ?? null,
    ],
  );
  return digest;
}

async function publish(gun: string, tag: string, digest: string): Promise<void> {
  await core.database.query(
    `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, $2, '["root"]', now())
     ON CONFLICT DO NOTHING`,
    [gun, name],
  );
  await core.database.query(
    `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
     VALUES ($1, 'targets', $2, $3, 10, '["key"]', $4, now())`,
    [gun, tag, digest.slice('sha256:'.length), later],
  );
}

it('tells that nobody has signed', async () => {
  expect(await ask('v1')).toMatchObject({
    status: 200,
    body: {
      digest: image.digest,
      status: 'unsigned',
      reasons: [{ code: 'signature.none', message: 'nobody has signed it' }],
      missing_signers: [],
      policy_version: 0,
      tags: [
        { name: 'v1', status: 'unsigned' },
        { name: 'v2', status: 'unsigned' },
      ],
      signatures: [],
      notary: [],
    },
  });
  expect(await tags()).toEqual([
    ['multi', false, 'unsigned'],
    ['v1', false, 'unsigned'],
    ['v2', false, 'unsigned'],
  ]);
});

it('tells who signed, how, when and why it counts', async () => {
  const signature = await sign(image.digest, 'signature', verdict);
  const { body } = await ask(image.digest);
  expect(body.signatures).toEqual([
    {
      system: 'notation',
      format: 'jws',
      digest: signature,
      signed_digest: image.digest,
      standing: 'valid',
      verdict: 'valid',
      reasons: [],
      checks: [{ name: 'integrity', outcome: 'passed' }],
      signer: {
        identity: 'CN=builder',
        issuer: 'CN=root',
        thumbprints: ['ab', 'cd'],
        chain: [
          {
            subject: 'CN=builder',
            issuer: 'CN=root',
            serial: '01',
            thumbprint: 'ab',
            not_before: new Date(now - day).toISOString(),
            not_after: later.toISOString(),
          },
        ],
      },
      trusted_by: ['ca:acme'],
      signed_time: new Date(now).toISOString(),
      signed_time_source: 'signer',
      expiry_time: later.toISOString(),
      recheck_time: later.toISOString(),
      claims: { build: '7' },
      policy_version: 0,
      verified_time: expect.stringMatching(/Z$/),
    },
  ]);
  expect(body).toMatchObject({ status: 'signed', tags: [{ status: 'signed' }, { status: 'signed' }] });
});

it('counts for what an index lists, and waits for verdicts', async () => {
  await sign(index.digest, 'waiting');
  expect((await ask('multi')).body).toMatchObject({
    status: 'stale',
    reasons: [{ code: 'signature.pending' }],
    signatures: [{ system: 'cosign', standing: 'pending', checks: [], trusted_by: [], claims: {} }],
  });
  // Without a policy, what is attached is what `signed` means; nobody has looked at it.
  expect(await tags()).toContainEqual(['multi', true, 'stale']);
  expect((await ask(child.digest)).body).toMatchObject({
    status: 'stale',
    inherited_from: [index.digest],
    signatures: [{ signed_digest: index.digest }],
  });
});

it("shows what Notary's names say, tag by tag", async () => {
  await publish('registry.example.com/team/app', 'v2', index.digest);
  const { body } = await ask('v1');
  expect(body).toMatchObject({
    status: 'signed',
    tags: [
      { name: 'v1', status: 'signed' },
      { name: 'v2', status: 'invalid', reasons: [{ code: 'signature.replaced' }] },
    ],
    notary: [
      {
        gun: 'registry.example.com/team/app',
        tag: 'v2',
        role: 'targets',
        digest: index.digest,
        key_ids: ['key'],
        root_key_ids: ['root'],
        counts: true,
        expired: false,
        expiry_time: later.toISOString(),
        signed_time: expect.stringMatching(/Z$/),
      },
    ],
  });
  expect(await tags()).toEqual([
    ['multi', true, 'stale'],
    ['v1', true, 'signed'],
    ['v2', true, 'invalid'],
  ]);
});

it('is asked what the policy asks, once there is one', async () => {
  const metadata = { metadata: { enable_content_trust_cosign: 'true' } };
  expect((await core.request('PUT', '/projects/team', { as: 'admin', body: metadata })).status).toBe(200);
  expect(await tags()).toEqual([
    ['multi', false, 'stale'],
    ['v1', false, 'unsigned'],
    ['v2', false, 'unsigned'],
  ]);
});

it('is for who may read artifacts', async () => {
  expect((await ask('v1', 'stranger')).status).toBe(403);
  expect((await ask('none')).status).toBe(404);
});
