import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Queues of the outbox's subscribers (ADR 0024). */
export class Webhooks1795405000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['outbox_delivery']) await runner.query(`DROP TABLE "${table}"`);
  }
}

const statements = [
  `CREATE TABLE "outbox_delivery" (
    "subscriber" varchar(32) COLLATE "C" NOT NULL,
    "event_id" bigint NOT NULL,
    "topic" varchar(64) NOT NULL,
    "key" varchar(512) NOT NULL,
    "payload" jsonb NOT NULL,
    "creation_time" timestamptz NOT NULL,
    CONSTRAINT "outbox_delivery_pkey" PRIMARY KEY ("subscriber", "event_id")
  )`,
  `CREATE INDEX "outbox_delivery_creation_time_idx" ON "outbox_delivery" ("subscriber", "creation_time")`,
];
