import { advisoryLocks, Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { rowKeys, type SettingRow } from './settings-snapshot';
import { settingNames } from './table';

const sealingKey = z.object({ id: z.string().min(1) });
const keys = [...settingNames, rowKeys.environment];

/** The rows of settings, and of what belongs to them. */
@Injectable()
export class SettingsRepository {
  constructor(private readonly database: Database) {}

  rows(): Promise<SettingRow[]> {
    return this.database.prepared('SELECT key, value FROM setting WHERE key = ANY($1)', [keys]);
  }

  /** Changes come one after the other, until the transaction ends. */
  async lock(): Promise<void> {
    await this.database.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.settings]);
  }

  async write(rows: readonly SettingRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.database.query(
      `INSERT INTO setting (key, value, update_time)
       SELECT x.key, x.value, now() FROM jsonb_to_recordset($1) AS x(key text, value jsonb)
       ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, update_time = EXCLUDED.update_time`,
      [JSON.stringify(rows)],
    );
  }

  async find(key: string): Promise<{ value: unknown; updateTime: Date } | undefined> {
    const [row] = await this.database.query<{ value: unknown; updateTime: Date }>(
      'SELECT value, update_time AS "updateTime" FROM setting WHERE key = $1',
      [key],
    );
    return row;
  }

  /** Of the key to seal with; made when there is none. Call under the lock. */
  async sealingKey(): Promise<string> {
    const known = sealingKey.safeParse((await this.find(rowKeys.sealingKey))?.value).data;
    return known?.id ?? this.newSealingKey();
  }

  async newSealingKey(): Promise<string> {
    const id = randomBytes(8).toString('hex');
    await this.write([{ key: rowKeys.sealingKey, value: { id } }]);
    return id;
  }

  /** Somebody besides admin, who is known to every mode of signing in. */
  async hasUsers(): Promise<boolean> {
    const [row] = await this.database.query<{ found: boolean }>(
      'SELECT (SELECT id FROM user_account WHERE id > 1 AND NOT deleted ORDER BY id LIMIT 1) IS NOT NULL AS found',
    );
    return row?.found ?? false;
  }
}
