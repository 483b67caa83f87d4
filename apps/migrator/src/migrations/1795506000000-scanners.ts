import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scanners, and which one a project chose (ADR 0031). */
export class Scanners1795506000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['project_scanner', 'scanner_registration']) await runner.query(`DROP TABLE "${table}"`);
  }
}

const statements = [
  `CREATE TABLE "scanner_registration" (
    "uuid" uuid NOT NULL,
    "name" varchar(128) COLLATE "C" NOT NULL,
    "description" varchar(1024) NOT NULL DEFAULT '',
    "url" varchar(512) COLLATE "C" NOT NULL,
    "auth" varchar(32) NOT NULL DEFAULT '',
    "sealed_credential" jsonb,
    "disabled" boolean NOT NULL DEFAULT false,
    "is_default" boolean NOT NULL DEFAULT false,
    "skip_cert_verify" boolean NOT NULL DEFAULT false,
    "use_internal_addr" boolean NOT NULL DEFAULT false,
    "immutable" boolean NOT NULL DEFAULT false,
    "create_time" timestamptz NOT NULL DEFAULT now(),
    "update_time" timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT "scanner_registration_pkey" PRIMARY KEY ("uuid")
  )`,
  `CREATE UNIQUE INDEX "scanner_registration_name_key" ON "scanner_registration" ("name")`,
  `CREATE UNIQUE INDEX "scanner_registration_url_key" ON "scanner_registration" ("url")`,
  `CREATE UNIQUE INDEX "scanner_registration_is_default_key" ON "scanner_registration" ("is_default") WHERE is_default`,
  `CREATE TABLE "project_scanner" (
    "project_id" bigint NOT NULL,
    "scanner_uuid" uuid NOT NULL,
    CONSTRAINT "project_scanner_pkey" PRIMARY KEY ("project_id"),
    CONSTRAINT "project_scanner_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE,
    CONSTRAINT "project_scanner_scanner_uuid_fkey" FOREIGN KEY ("scanner_uuid") REFERENCES "scanner_registration"("uuid") ON DELETE CASCADE
  )`,
  `CREATE INDEX "project_scanner_scanner_uuid_idx" ON "project_scanner" ("scanner_uuid")`,
];
