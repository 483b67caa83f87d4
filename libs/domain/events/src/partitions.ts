import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** 23514: rows of that month are in the default partition already; they stay there. The others: another replica was faster. */
const harmless: ReadonlySet<string> = new Set(['23514', '23505', '42P07', '40P01']);

/** Makes the monthly partitions of every partitioned table ahead of time. */
@Injectable()
export class Partitions {
  constructor(private readonly database: Database) {}

  /** Returns the names of the partitions made. A month whose rows already fell into the default partition is left alone. */
  async createAhead(months = 3, from = new Date()): Promise<string[]> {
    const tables = await this.database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
    );
    const made: string[] = [];
    for (const { name } of tables) {
      for (let ahead = 0; ahead <= months; ahead++) {
        const partition = monthlyPartition(name, from, ahead);
        if (await this.create(name, partition)) made.push(partition.name);
      }
    }
    return made;
  }

  private async create(table: string, { name, start, end }: MonthlyPartition): Promise<boolean> {
    const [found] = await this.database.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
      name,
    ]);
    if (found?.exists) return false;
    try {
      await this.database.query(
        `CREATE TABLE IF NOT EXISTS "${name}" PARTITION OF "${table}" FOR VALUES FROM ('${start}') TO ('${end}')`,
      );
      return true;
    } catch (error) {
      if (harmless.has((error as { code?: string }).code ?? '')) return false;
      throw error;
    }
  }
}

interface MonthlyPartition {
  name: string;
  /** First instant inside, first instant after. */
  start: string;
  end: string;
}

function monthlyPartition(table: string, from: Date, ahead: number): MonthlyPartition {
  const month = (offset: number) =>
    new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + ahead + offset, 1)).toISOString();
  const start = month(0);
  return { name: `${table}_${start.slice(0, 7).replace('-', '_')}`, start, end: month(1) };
}
