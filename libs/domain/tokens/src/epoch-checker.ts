import { Injectable } from '@nestjs/common';
import { CoherentCache, LeaseHolder, type Ticket } from '@breakwater/coherence';
import { Database, type CacheUsage } from '@breakwater/platform';

/** What a token's validity hangs on. */
export interface EpochOf {
  kind: 'user' | 'robot' | 'project' | 'token';
  id: number;
  epoch: number;
}

/** Everything that one token hangs on. */
export interface Standing {
  subjects: readonly EpochOf[];
  /** Found good before: it is while the ticket is current, until then (seconds since the epoch). */
  proof?: { ticket: Ticket; until: number };
}

interface KnownEpoch {
  /** -1 for who is gone or disabled. */
  epoch: number;
  /** Seconds since the epoch; Infinity for never. */
  expiresAt: number;
}

const gone: KnownEpoch = { epoch: -1, expiresAt: Infinity };
const maxBytes = 8 * 1024 * 1024;
const entryBytes = 160;

/** Nothing comes back for who is gone or disabled. */
const currentEpochs = `
  SELECT 'user' AS kind, id, epoch, -1::bigint AS expires FROM user_account WHERE id = ANY($1::bigint[]) AND NOT deleted
  UNION ALL SELECT 'robot', id, epoch, expires_at FROM robot WHERE id = ANY($2::bigint[]) AND NOT disabled
  UNION ALL SELECT 'project', id, epoch, -1 FROM project WHERE id = ANY($3::bigint[])
  UNION ALL SELECT 'token', id, 0, coalesce(extract(epoch FROM expiry_time)::bigint, -1) FROM access_token WHERE id = ANY($4::bigint[])`;

/** Have the bearer of a token, and the projects it reaches into, stayed as they were when it was issued? */
@Injectable()
export class EpochChecker {
  private readonly known: CoherentCache<KnownEpoch>;

  constructor(
    private readonly database: Database,
    private readonly lease: LeaseHolder,
  ) {
    this.known = new CoherentCache(lease, { maxBytes, sizeOf: () => entryBytes });
  }

  get cacheUsage(): CacheUsage {
    return this.known.usage;
  }

  /** The same without asking anybody: undefined when that is not possible. */
  recall(standing: Standing): boolean | undefined {
    const { proof } = standing;
    if (proof && this.lease.isValid && this.lease.isCurrent(proof.ticket)) return Date.now() / 1_000 < proof.until;
    return this.lookUp(standing);
  }

  /** False when one of them has moved on or is gone. One query for all that is not remembered. */
  async areCurrent(standing: Standing): Promise<boolean> {
    const remembered = this.recall(standing);
    if (remembered !== undefined) return remembered;
    const { subjects } = standing;
    const tickets = subjects.map((subject) => this.lease.ticket(keyOf(subject)));
    const answers = await this.read(subjects);
    return subjects.every((subject, index) => {
      const answer = answers.get(keyOf(subject)) ?? gone;
      const ticket = tickets[index];
      if (ticket) this.known.set(keyOf(subject), answer, ticket);
      return isCurrent(answer, subject);
    });
  }

  private lookUp(standing: Standing): boolean | undefined {
    let current = true;
    let until = Infinity;
    for (const subject of standing.subjects) {
      const known = this.known.get(keyOf(subject));
      if (!known || known.epoch < subject.epoch) return undefined;
      current &&= isCurrent(known, subject);
      until = Math.min(until, known.expiresAt);
    }
    if (current) standing.proof = { ticket: this.lease.ticket(...standing.subjects.map(keyOf)), until };
    return current;
  }

  private async read(subjects: readonly EpochOf[]): Promise<Map<string, KnownEpoch>> {
    const ids = (kind: EpochOf['kind']): number[] =>
      subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
    const rows = await this.database.query<EpochOf & { expires: number }>(currentEpochs, [
      ids('user'),
      ids('robot'),
      ids('project'),
      ids('token'),
    ]);
    return new Map(
      rows.map((row) => [keyOf(row), { epoch: row.epoch, expiresAt: row.expires < 0 ? Infinity : row.expires }]),
    );
  }
}

function isCurrent({ epoch, expiresAt }: KnownEpoch, subject: EpochOf): boolean {
  return epoch === subject.epoch && Date.now() / 1_000 < expiresAt;
}

const keyOf = ({ kind, id }: Omit<EpochOf, 'epoch'>): `${EpochOf['kind']}:${number}` => `${kind}:${id}`;
