import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Database, DatabaseModule } from '@breakwater/platform';
import { createTestDatabase, type TestDatabase } from '@breakwater/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsModule } from './settings.module';
import { SettingsService } from './settings.service';

@Module({})
class BenchModule {}

let testDatabase: TestDatabase;
let replicas: INestApplicationContext[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const imports = [DatabaseModule.forRoot({ DATABASE_URL: testDatabase.url, DATABASE_POOL_SIZE: 2 }), SettingsModule];
  const start = () =>
    NestFactory.createApplicationContext({ module: BenchModule, imports }, { logger: false, abortOnError: false });
  replicas = [await start(), await start()];
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await testDatabase.drop();
});

const settings = (replica: number): SettingsService => replicas[replica]!.get(SettingsService, { strict: false });
const database = (): Database => replicas[0]!.get(Database, { strict: false });

describe('settings', () => {
  it('begin with the defaults of Harbor', async () => {
    await expect(settings(0).get()).resolves.toEqual({
      auth_mode: 'db_auth',
      project_creation_restriction: 'everyone',
      self_registration: false,
      token_expiration: 30,
      robot_token_duration: 30,
      robot_name_prefix: 'robot$',
      read_only: false,
      session_timeout: 60,
      banner_message: '',
      notification_enable: true,
      storage_per_project: -1,
      artifact_restore_window_days: 7,
    });
  });

  it('change at once here and within two seconds on another replica', async () => {
    await settings(1).get();
    await expect(settings(0).update({ token_expiration: 5, robot_name_prefix: 'bot$' })).resolves.toMatchObject({
      token_expiration: 5,
    });
    await expect(settings(0).get()).resolves.toMatchObject({
      token_expiration: 5,
      robot_name_prefix: 'bot$',
      session_timeout: 60,
    });
    await sleep(2_000);
    await expect(settings(1).get()).resolves.toMatchObject({ token_expiration: 5 });
  });

  it('refuse what is out of range or unknown, whole', async () => {
    await expect(settings(0).update({ read_only: true, token_expiration: 0 })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('token_expiration'),
    });
    await expect(settings(0).update({ nonsense: 1 } as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(settings(0).get()).resolves.toMatchObject({ read_only: false, token_expiration: 5 });
  });

  it('take the default where a stored value makes no sense, and leave other rows alone', async () => {
    await database().query(
      `INSERT INTO setting (key, value) VALUES ('session_timeout', '"soon"'), ('internal_state', '{"a": 1}')`,
    );
    await settings(0).update({ read_only: true });
    await expect(settings(0).get()).resolves.toMatchObject({ session_timeout: 60, read_only: true });
    await expect(settings(0).get()).resolves.not.toHaveProperty('internal_state');
  });
});
