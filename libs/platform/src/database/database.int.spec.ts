import { createTestDatabase, type TestDatabase } from '@breakwater/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Database } from './database';
import { DatabaseModule } from './database.module';

@Module({})
class BenchModule {}

let testDatabase: TestDatabase;
let app: INestApplicationContext;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const imports = [DatabaseModule.forRoot({ DATABASE_URL: testDatabase.url, DATABASE_POOL_SIZE: 4 })];
  app = await NestFactory.createApplicationContext({ module: BenchModule, imports }, { logger: false });
  database = app.get(Database, { strict: false });
  await database.query('CREATE TABLE counter (id integer PRIMARY KEY, value integer NOT NULL)');
  await database.query('INSERT INTO counter VALUES (1, 0), (2, 0)');
});
afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

/** Takes row 2, then row 1. */
const raiseBoth = `
  WITH second AS (UPDATE counter SET value = value + 1 WHERE id = 2 RETURNING id)
  UPDATE counter SET value = value + 1 WHERE id = 1 AND EXISTS (SELECT 1 FROM second) RETURNING value`;

it.each([
  ['a statement by itself', () => database.prepared<{ value: number }>(raiseBoth)],
  ['a transaction', () => database.transaction(() => database.query<{ value: number }>(raiseBoth))],
])('runs %s again that Postgres ended because of a deadlock', async (_, work) => {
  await database.query('UPDATE counter SET value = 0');
  const other = new Client({ connectionString: testDatabase.url });
  await other.connect();
  await other.query('BEGIN');
  await other.query('UPDATE counter SET value = value + 1 WHERE id = 1');
  // Waits first, so that its deadlock timer (one second) is the first to ring.
  const victim = work();
  await sleep(300);
  await other.query('UPDATE counter SET value = value + 1 WHERE id = 2');
  await other.query('COMMIT');
  await other.end();
  expect(await victim).toEqual([{ value: 2 }]);
  expect(await database.query('SELECT id, value FROM counter ORDER BY id')).toEqual([
    { id: 1, value: 2 },
    { id: 2, value: 2 },
  ]);
});
