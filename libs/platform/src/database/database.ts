import { Injectable } from '@nestjs/common';
import { AsyncLocalStorage } from 'node:async_hooks';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { inSpan } from '../tracing/span';
import { sqlState } from './database-error';
import type { ClientBase, Pool, QueryResultRow } from 'pg';
import type { EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

const maxAttempts = 4;
/** deadlock_detected, serialization_failure */
const retryable: ReadonlySet<string> = new Set(['40P01', '40001']);

/** What is done when a transaction has ended; `committed` before its result is handed out. */
export interface TransactionEnd {
  committed: () => Promise<void>;
  finally?: () => void;
}

/** What repositories talk to. Inside `transaction`, everything that runs in it shares its connection. */
@Injectable()
export class Database {
  private readonly ends = new AsyncLocalStorage<TransactionEnd[]>();

  constructor(private readonly host: TransactionHost<TransactionalAdapterTypeOrm>) {}

  get manager(): EntityManager {
    return this.host.tx;
  }

  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.manager.getRepository(entity);
  }

  /** Rows of a SELECT or of a statement with RETURNING. */
  async query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    const result: unknown = await this.manager.query(sql, parameters);
    // TypeORM answers [rows, count] to UPDATE and DELETE, and the rows alone to the rest.
    const withCount =
      Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
    return (withCount ? (result as [T[]])[0] : result) as T[];
  }

  /**
   * The same for statements that requests run over and over: Postgres parses and plans each once per connection, and
   * nothing stands between us and the driver. `sql` is one of a fixed set of texts, for every one is kept.
   */
  async prepared<T extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    const statement = { name: statementName(sql), text: sql, values: parameters };
    if (this.host.isTransactionActive()) {
      const client = (await this.manager.queryRunner?.connect()) as ClientBase;
      return (await client.query<T>(statement)).rows;
    }
    const pool = (this.manager.connection.driver as PostgresDriver).master as Pool;
    return retried(async () => (await pool.query<T>(statement)).rows);
  }

  /**
   * Runs `work` in a transaction that holds an advisory lock, or answers `otherwise` at once while another process
   * holds it. The lock goes with the transaction, whatever happens.
   */
  exclusively<T>(lock: number, work: () => Promise<T>, otherwise: T): Promise<T> {
    return this.transaction(async () => {
      const [row] = await this.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [lock]);
      return row?.taken ? work() : otherwise;
    });
  }

  /**
   * Runs `work` in a transaction, or in the one already open. Postgres may pick it as the victim of a deadlock; then it
   * runs again, so `work` holds nothing but database calls.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.host.isTransactionActive()) return work();
    return retried(() => this.attempt(work));
  }

  /** Call inside a transaction. */
  afterTransaction(end: TransactionEnd): void {
    const ends = this.ends.getStore();
    if (!ends) throw new Error('afterTransaction is for the inside of a transaction');
    ends.push(end);
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    const ends: TransactionEnd[] = [];
    try {
      const result = await this.ends.run(ends, () => inSpan('transaction', () => this.host.withTransaction(work)));
      for (const end of ends) await end.committed();
      return result;
    } finally {
      for (const end of ends) end.finally?.();
    }
  }
}

/** Two statements can deadlock as well as two transactions: Postgres has undone the one that it ends. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === maxAttempts || !retryable.has(sqlState(error))) throw error;
    }
  }
}

const statementNames = new Map<string, string>();

function statementName(sql: string): string {
  const known = statementNames.get(sql);
  if (known !== undefined) return known;
  const name = `breakwater_${statementNames.size}`;
  statementNames.set(sql, name);
  return name;
}
