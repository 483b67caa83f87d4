import { Injectable } from '@nestjs/common';
import { Database } from '@breakwater/platform';
import { lockMs } from './throttle-policy';

export interface CountedFailures {
  key: string;
  failures: number;
  /** Since the last one, in milliseconds by the database's clock. */
  ageMs: number;
}

const remembered = `interval '${lockMs} ms'`;

/** Failed sign-ins, counted in Postgres: for every replica together, and across restarts. */
@Injectable()
export class SignInFailuresRepository {
  constructor(private readonly database: Database) {}

  /** Of those keys that have any. */
  find(keys: readonly string[]): Promise<CountedFailures[]> {
    return this.database.prepared(
      `SELECT key, failures, (extract(epoch FROM clock_timestamp() - failure_time) * 1000)::float8 AS "ageMs"
       FROM sign_in_failure WHERE key = ANY($1::text[]) AND failure_time > clock_timestamp() - ${remembered}`,
      [keys],
    );
  }

  /** Counts one failure for each key; answers how many there are now. */
  async add(keys: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.prepared<{ key: string; failures: number }>(
      `INSERT INTO sign_in_failure AS f (key, failures, failure_time)
       SELECT key, 1, clock_timestamp() FROM unnest($1::text[]) AS key ORDER BY key
       ON CONFLICT (key) DO UPDATE SET failure_time = excluded.failure_time,
         failures = CASE WHEN f.failure_time > excluded.failure_time - ${remembered} THEN f.failures + 1 ELSE 1 END
       RETURNING key, failures`,
      [keys],
    );
    return new Map(rows.map(({ key, failures }) => [key, failures]));
  }

  async forget(keys: readonly string[]): Promise<void> {
    await this.database.prepared('DELETE FROM sign_in_failure WHERE key = ANY($1::text[])', [keys]);
  }

  async forgetOld(): Promise<void> {
    await this.database.prepared(
      `DELETE FROM sign_in_failure WHERE failure_time < clock_timestamp() - 2 * ${remembered}`,
    );
  }
}
