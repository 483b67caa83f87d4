import { RegistryUnderTest, system } from './testing/registry-under-test';
import type { RepositoryClient } from './testing/repository-client';

let registry: RegistryUnderTest;
let app: RepositoryClient;
const gun = 'registry.example.com/signed/app';

beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.project('signed');
  app = await registry.as(system, 'signed/app');
});
afterAll(() => registry.stop());

async function sign(tag: string): Promise<string> {
  const { digest } = await app.pushImage(tag, tag);
  await registry.sql(
    `INSERT INTO trust_repository (gun, repository, root_key_ids, refresh_time) VALUES ($1, 'signed/app', '["root"]', now())
     ON CONFLICT DO NOTHING`,
    [gun],
  );
  await registry.sql(
    `INSERT INTO trust_target (gun, role, name, sha256, length, key_ids, expiry_time, signed_time)
     VALUES ($1, 'targets', $2, repeat('a', 64), 10, '["key"]', now() + interval '1 day', now())`,
    [gun, tag],
  );
  return digest;
}
const remove = (reference: string) => app.send('DELETE', `/manifests/${reference}`);
interface Refusal {
  errors: { code: string; message: string; reason: string }[];
}

it('is refused by tag and by digest, with the command that removes the signature', async () => {
  const digest = await sign('v1');
  for (const reference of ['v1', digest]) {
    const answer = await remove(reference);
    expect(answer.status).toBe(412);
    const [error] = answer.json<Refusal>().errors;
    expect(error).toMatchObject({ code: 'PRECONDITION', reason: 'tag.signed' });
    expect(error!.message).toContain(`notary -s https://registry.example.com -d ~/.docker/trust remove -p ${gun} v1`);
  }
  expect((await app.send('GET', '/manifests/v1')).status).toBe(200);
});

it('goes when that is confirmed, and told of', async () => {
  await sign('v2');
  for (const wrong of ['confirm_signed=yes', 'confirm_signed=true&confirm_signed=true'])
    expect((await remove(`v2?${wrong}`)).status).toBe(400);
  expect((await remove('v2?confirm_signed=false')).status).toBe(412);
  expect((await remove('v2?confirm_signed=true')).status).toBe(202);
  expect((await remove(`${await sign('v3')}?confirm_signed=true`)).status).toBe(202);
  const told = await registry.sql<{ topic: string; signed: unknown }>(
    `SELECT topic, payload -> 'signed' AS signed FROM outbox WHERE topic IN ('tag.deleted', 'artifact.deleted') ORDER BY id`,
  );
  const signed = (tag: string) => [{ tag, gun, roles: ['targets'], digests: [`sha256:${'a'.repeat(64)}`] }];
  expect(told).toEqual([
    { topic: 'tag.deleted', signed: signed('v2') },
    { topic: 'artifact.deleted', signed: signed('v3') },
  ]);
});

it('tags that nobody signs go as ever', async () => {
  await app.pushImage('plain', 'plain');
  expect((await remove('plain')).status).toBe(202);
});
