import { Database } from '@breakwater/platform';
import type { ArtifactsBench } from './artifacts.suite';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  'Actual Loops': number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: PlanNode[];
}

export interface QueryPlan {
  sql: string;
  nodes: PlanNode[];
  /** Rows of the largest read of a table or an index, with those that a filter took away. */
  mostRows: number;
  /** Blocks of 8 KiB that were looked at, index and table. */
  blocks: number;
}

/** The statements that `work` sends, as Postgres really runs them. */
export async function plansOf(bench: ArtifactsBench, work: () => Promise<unknown>): Promise<QueryPlan[]> {
  const spy = jest.spyOn(Database.prototype, 'query');
  await work();
  const sent = spy.mock.calls.map(([sql, values]) => ({ sql, values }));
  spy.mockRestore();
  const plans: QueryPlan[] = [];
  for (const { sql, values } of sent) {
    const [row] = await bench.database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
      values,
    );
    const root = row!['QUERY PLAN'][0].Plan;
    const nodes = flat(root);
    const reads = nodes.filter((node) => / Scan$/.test(node['Node Type']) && node['Node Type'] !== 'CTE Scan');
    const mostRows = Math.max(
      0,
      ...reads.map((node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']),
    );
    plans.push({ sql, nodes, mostRows, blocks: root['Shared Hit Blocks'] + root['Shared Read Blocks'] });
  }
  return plans;
}

/** Tables that are read from one end to the other. */
export const sequentialScans = ({ nodes }: QueryPlan): string[] =>
  nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? '');

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)];
}
