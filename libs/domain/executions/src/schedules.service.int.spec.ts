import { Broadcast, ConfigModule, Database, DatabaseModule, QueueModule } from '@breakwater/platform';
import { createTestDatabase, testRedis, type TestDatabase } from '@breakwater/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { ExecutionsModule } from './executions.module';
import { SchedulesService } from './schedules.service';

let testDatabase: TestDatabase;
let context: INestApplicationContext;
let database: Database;
let schedules: SchedulesService;
let onlooker: Client;
/** What the job service would find, each time that it is told to look. */
let seen: string[][];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  onlooker = new Client({ connectionString: testDatabase.url });
  await onlooker.connect();
  @Module({
    imports: [
      ConfigModule.forRoot({}),
      DatabaseModule.forRoot({ DATABASE_URL: testDatabase.url, DATABASE_POOL_SIZE: 4 }),
      QueueModule.forRoot(testRedis()),
      ExecutionsModule,
    ],
  })
  class TestModule {}
  context = await NestFactory.createApplicationContext(TestModule, { logger: false, abortOnError: false });
  database = context.get(Database, { strict: false });
  schedules = context.get(SchedulesService, { strict: false });
  jest.spyOn(context.get(Broadcast, { strict: false }), 'emit').mockImplementation(async (topic) => {
    expect(topic).toBe('schedule.changed');
    const { rows } = await onlooker.query<{ cron: string }>('SELECT cron FROM schedule ORDER BY id');
    seen.push(rows.map(({ cron }) => cron));
  });
});
afterAll(async () => {
  await context.close();
  await onlooker.end();
  await testDatabase.drop();
});
beforeEach(async () => {
  await database.query('DELETE FROM schedule');
  seen = [];
});

const daily = { vendorType: 'SWEEP', cronType: 'Daily', cron: '0 0 0 * * *', parameters: {} };
const hourly = { ...daily, cronType: 'Hourly', cron: '0 0 * * * *' };

it('tells of each change when others can see it', async () => {
  await schedules.set(daily);
  await schedules.set(hourly);
  await schedules.remove('SWEEP');
  expect(await schedules.ensure(daily)).toEqual(expect.any(Number));
  expect(seen).toEqual([[daily.cron], [hourly.cron], [], [daily.cron]]);
});

it('tells of a change in a larger transaction once that is committed', async () => {
  await database.transaction(async () => {
    await schedules.set(daily);
    expect(seen).toEqual([]);
    await database.query('UPDATE schedule SET cron = $1', [hourly.cron]);
  });
  expect(seen).toEqual([[hourly.cron]]);
});

it('tells of nothing that was undone, or never done', async () => {
  const failing = database.transaction(async () => {
    await schedules.set(daily);
    await schedules.remove('SWEEP');
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  await expect(schedules.set({ ...daily, cron: 'never' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  expect(seen).toEqual([]);
});

it('tells of nothing where the vendor has a schedule already', async () => {
  await schedules.set(daily);
  expect(await schedules.ensure(hourly)).toBeUndefined();
  expect((await schedules.find('SWEEP'))?.cron).toBe(daily.cron);
  expect(seen).toEqual([[daily.cron]]);
});
