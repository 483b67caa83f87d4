import { advisoryLocks, Database, REDIS } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldingPullsKey, pendingPullsKey } from './pull-keys';
import { flushEveryMs } from './pull-recorder';

const batchField = 'batch';
/** Between two looks at whether another replica has folded a batch. */
const lookAgainMs = 100;
const deleteBatch = `if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('DEL', KEYS[1]) end return 0`;

/**
 * Moves the pulls that Redis collected into the tables. The batch carries an id that is noted in the same transaction:
 * a fold that died after its commit is not counted twice.
 */
@Injectable()
export class PullFolder {
  constructor(
    private readonly database: Database,
    @Inject(REDIS) private readonly redis: Redis,
    private readonly settings: SettingsService,
  ) {}

  /** Returns how many rows changed; 0 also while another replica folds. */
  async fold(): Promise<number> {
    const folded = await this.database.exclusively(advisoryLocks.pullFold, () => this.foldBatch(), undefined);
    // After the commit, and only this batch: another replica may have begun the next one.
    if (folded) await this.redis.eval(deleteBatch, 1, foldingPullsKey, batchField, folded.batch);
    return folded?.rows ?? 0;
  }

  /**
   * Returns when the tables have all pulls that were answered before it was called; for who decides by them. A mark
   * travels with them: when it is gone, so are they. Throws the signal's reason.
   */
  async settle(signal: AbortSignal): Promise<void> {
    await sleep(2 * flushEveryMs, undefined, { signal });
    const mark = `settle:${randomUUID()}`;
    await this.redis.hset(pendingPullsKey, mark, 1);
    for (;;) {
      await this.fold();
      // In this order, which is the way that the mark goes.
      const waits =
        (await this.redis.hexists(pendingPullsKey, mark)) || (await this.redis.hexists(foldingPullsKey, mark));
      if (!waits) return;
      await sleep(lookAgainMs, undefined, { signal });
    }
  }

  private async foldBatch(): Promise<{ batch: string; rows: number } | undefined> {
    if (!(await this.redis.exists(foldingPullsKey)) && !(await this.take())) return undefined;
    const pulls = await this.redis.hgetall(foldingPullsKey);
    return { batch: pulls[batchField] ?? '', rows: await this.apply(pulls) };
  }

  private async take(): Promise<boolean> {
    if (!(await this.redis.exists(pendingPullsKey))) return false;
    await this.redis.hset(pendingPullsKey, batchField, randomUUID());
    return (await this.redis.renamenx(pendingPullsKey, foldingPullsKey)) === 1;
  }

  private async apply(pulls: Record<string, string>): Promise<number> {
    if (!(await this.noteBatch(pulls[batchField] ?? ''))) return 0;
    const { pull_count_update_disable: uncounted, pull_time_update_disable: untimed } = await this.settings.get();
    const repositories = uncounted ? [] : entriesOf(pulls, 'r:');
    const [artifacts, tags] = untimed ? [[], []] : [entriesOf(pulls, 'a:'), entriesOf(pulls, 't:')];
    await this.update('UPDATE repository x SET pull_count = pull_count + v.n', repositories);
    await this.update('UPDATE artifact x SET pull_time = greatest(pull_time, to_timestamp(v.n / 1000.0))', artifacts);
    await this.update('UPDATE tag x SET pull_time = greatest(pull_time, to_timestamp(v.n / 1000.0))', tags);
    return repositories.length + artifacts.length + tags.length;
  }

  private async update(statement: string, values: [number, number][]): Promise<void> {
    if (values.length === 0) return;
    await this.database.query(`${statement} FROM unnest($1::bigint[], $2::bigint[]) AS v(id, n) WHERE x.id = v.id`, [
      values.map(([id]) => id),
      values.map(([, n]) => n),
    ]);
  }

  /** False when this very batch was folded before. */
  private async noteBatch(id: string): Promise<boolean> {
    await this.database.query(`DELETE FROM pull_batch WHERE creation_time < now() - interval '1 day'`);
    const rows = await this.database.query(
      'INSERT INTO pull_batch (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id',
      [id],
    );
    return rows.length === 1;
  }
}

/** In the order of their ids, so that two statements cannot wait for each other's rows. */
function entriesOf(pulls: Record<string, string>, kind: string): [id: number, value: number][] {
  return Object.entries(pulls)
    .filter(([field]) => field.startsWith(kind))
    .map(([field, value]): [number, number] => [Number(field.slice(kind.length)), Number(value)])
    .sort(([a], [b]) => a - b);
}
