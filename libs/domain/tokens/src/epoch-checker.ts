import { Injectable } from '@nestjs/common';
import { Database } from '@breakwater/platform';
import { LRUCache } from 'lru-cache';

/** What a token's validity hangs on. */
export interface EpochOf {
  kind: 'user' | 'robot' | 'project';
  id: number;
  epoch: number;
}

/** How old the answer about one of them may be (decision 17: a change counts everywhere within two seconds). */
const cacheMs = 1_000;
const maxEntries = 50_000;

/** Nothing comes back for who is gone, disabled or expired. */
const currentEpochs = `
  SELECT 'user' AS kind, id, epoch FROM user_account WHERE id = ANY($1::bigint[]) AND NOT deleted
  UNION ALL SELECT 'robot', id, epoch FROM robot WHERE id = ANY($2::bigint[]) AND NOT disabled AND (expires_at < 0 OR expires_at > extract(epoch FROM now()))
  UNION ALL SELECT 'project', id, epoch FROM project WHERE id = ANY($3::bigint[])`;

@Injectable()
export class EpochChecker {
  private readonly known = new LRUCache<string, Promise<number | undefined>>({ max: maxEntries, ttl: cacheMs });

  constructor(private readonly database: Database) {}

  /** False when one of them has moved on or is gone. One query for all that is not known from the last second. */
  async areCurrent(subjects: readonly EpochOf[]): Promise<boolean> {
    const epochs = await this.epochsOf(subjects);
    // Issued after the answer we remember: the change is news here, and the token is good.
    const newer = subjects.filter(({ epoch }, index) => epoch > (epochs[index] ?? Infinity));
    if (newer.length > 0) this.ask(newer);
    const current = newer.length > 0 ? await this.epochsOf(subjects) : epochs;
    return subjects.every(({ epoch }, index) => current[index] === epoch);
  }

  private epochsOf(subjects: readonly EpochOf[]): Promise<(number | undefined)[]> {
    const unknown = subjects.filter((subject) => this.known.get(keyOf(subject)) === undefined);
    if (unknown.length > 0) this.ask(unknown);
    return Promise.all(subjects.map(async (subject) => this.known.get(keyOf(subject), { allowStale: true })));
  }

  /** Remembers the question, not the answer, so that its age counts from before the query and it is asked once. */
  private ask(subjects: readonly EpochOf[]): void {
    const answers = this.read(subjects);
    for (const subject of subjects) {
      const key = keyOf(subject);
      const epoch = answers.then((found) => found.get(key));
      this.known.set(key, epoch);
      epoch.catch(() => this.known.delete(key));
    }
  }

  private async read(subjects: readonly EpochOf[]): Promise<Map<string, number>> {
    const ids = (kind: EpochOf['kind']): number[] =>
      subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
    const rows = await this.database.query<EpochOf>(currentEpochs, [ids('user'), ids('robot'), ids('project')]);
    return new Map(rows.map((row) => [keyOf(row), row.epoch]));
  }
}

const keyOf = ({ kind, id }: Omit<EpochOf, 'epoch'>): string => `${kind}:${id}`;
