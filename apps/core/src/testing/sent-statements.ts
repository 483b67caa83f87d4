import { AsyncLocalStorage } from 'node:async_hooks';
import { Client } from 'pg';

export interface SentStatement {
  text: string;
  values: unknown[];
}

type Query = (this: Client, ...args: unknown[]) => unknown;

const sent = new AsyncLocalStorage<SentStatement[]>();

/** From now on `statementsOf` hears what goes to Postgres, whoever sends it; until the mocks are restored. */
export function hearStatements(): void {
  const query = Reflect.get(Client.prototype, 'query') as Query;
  const heard: Query = function (this: Client, ...args) {
    const statement = read(args);
    // A copy: whoever sent it may go on to use the array.
    if (statement) sent.getStore()?.push({ ...statement, values: [...statement.values] });
    return query.apply(this, args);
  };
  jest.spyOn(Client.prototype, 'query').mockImplementation(heard as never);
}

/** What `work` sends, and nobody else meanwhile, with what comes of it. */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ result: T; statements: SentStatement[] }> {
  const statements: SentStatement[] = [];
  return { result: await sent.run(statements, work), statements };
}

function read([config, values]: unknown[]): SentStatement | undefined {
  const given = Array.isArray(values) ? (values as unknown[]) : [];
  if (typeof config === 'string') return { text: config, values: given };
  const { text, values: own } = (config ?? {}) as Partial<SentStatement>;
  return text === undefined ? undefined : { text, values: own ?? given };
}
