import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** Entries that go: older than `before`, and of one of the types, `create_artifact`. */
export interface PurgeScope {
  before: Date;
  eventTypes: readonly string[];
}

/** The last entry that was looked at. */
export interface PurgePosition {
  /** As Postgres writes it: JavaScript would cut the microseconds off. */
  time: string;
  id: number;
}

export interface PurgeBatch {
  /** How many of its entries go. */
  matching: number;
  last: PurgePosition;
}

const eventType = `(operation || '_' || resource_type)`;

@Injectable()
export class AuditPurgeRepository {
  constructor(private readonly database: Database) {}

  async count({ before, eventTypes }: PurgeScope): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM audit_log WHERE op_time < $1 AND ${eventType} = ANY($2)`,
      [before, eventTypes],
    );
    return row?.count ?? 0;
  }

  /** Names of the partitions that hold nothing but entries older than `before`, the oldest first. */
  async partitionsBefore(before: Date): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT p.name FROM (
         SELECT c.relname AS name, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS until
         FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_log'::regclass) p
       WHERE p.until <= $1 ORDER BY p.until`,
      [before],
    );
    return rows.map(({ name }) => name);
  }

  /** How many entries the partition holds; undefined when some of them stay. */
  async countIfAllGo(name: string, eventTypes: readonly string[]): Promise<number | undefined> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM "${name}" HAVING NOT EXISTS (SELECT 1 FROM "${name}" WHERE ${eventType} <> ALL($1))`,
      [eventTypes],
    );
    return row?.count;
  }

  /**
   * Drops a partition all of whose entries go; false when one that stays has come. Call it in a transaction. It waits a
   * second for those who read or write the log: throws Postgres's 55P03 when they are not done by then.
   */
  async dropPartition(name: string, eventTypes: readonly string[]): Promise<boolean> {
    await this.database.query(`SET LOCAL lock_timeout = '1s'`);
    await this.database.query(`LOCK TABLE "${name}" IN SHARE MODE`);
    if ((await this.countIfAllGo(name, eventTypes)) === undefined) return false;
    await this.database.query(`DROP TABLE "${name}"`);
    return true;
  }

  /** The next `limit` old entries after `position`, of whatever type; undefined when there are none. */
  async nextBatch(
    { before, eventTypes }: PurgeScope,
    position: PurgePosition,
    limit: number,
  ): Promise<PurgeBatch | undefined> {
    const [row] = await this.database.query<{ matching: number } & PurgePosition>(
      `WITH seen AS MATERIALIZED (
         SELECT id, op_time, ${eventType} = ANY($2) AS goes FROM audit_log
         WHERE op_time < $1 AND op_time >= $3 AND (op_time, id) > ($3, $4) ORDER BY op_time, id LIMIT $5
       )
       SELECT op_time::text AS time, id, (SELECT count(*) FROM seen WHERE goes) AS matching
       FROM seen ORDER BY op_time DESC, id DESC LIMIT 1`,
      [before, eventTypes, position.time, position.id, limit],
    );
    return row && { matching: row.matching, last: { time: row.time, id: row.id } };
  }

  /** Deletes the entries of the types after `from`, up to `to` and with it. */
  async deleteBetween(eventTypes: readonly string[], from: PurgePosition, to: PurgePosition): Promise<void> {
    await this.database.query(
      `DELETE FROM audit_log WHERE op_time BETWEEN $2 AND $4 AND (op_time, id) > ($2, $3) AND (op_time, id) <= ($4, $5)
       AND ${eventType} = ANY($1)`,
      [eventTypes, from.time, from.id, to.time, to.id],
    );
  }
}
