/** No connection could be had: too many wait already, it took too long, or Postgres is not there. */
export class NoConnectionError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`no connection to the database: ${reason}`, options);
  }
}

/**
 * What Postgres says when it cannot serve, not when it will not: connection exceptions (08), no disk, memory or
 * connections left (53), going down or starting (57P), a statement that ran too long (57014), a standby (25006), and
 * deadlocks that several attempts did not get past.
 */
const states = /^(08...|53...|57P0[1235]|57014|25006|25P03|40001|40P01|55P03)$/;
/** What the socket says when a connection breaks. */
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);
/** pg tells these apart by nothing but their text. */
const brokenConnection =
  /^(?:Error: )?(?:Connection terminated|Client (?:has encountered a connection error|was closed))/;
/** TypeORM's names for a transaction whose connection was lost between two of its queries. */
const releasedRunner = /^QueryRunner(?:Provider)?AlreadyReleasedError$/;

/** Did a query fail because the database is away or overwhelmed, so that the same request may succeed shortly? */
export function isDatabaseUnavailable(thrown: unknown): boolean {
  if (thrown instanceof NoConnectionError) return true;
  const { code, name, message } = (thrown ?? {}) as Record<'code' | 'name' | 'message', unknown>;
  if (typeof code === 'string' && (states.test(code) || socketCodes.has(code))) return true;
  return brokenConnection.test(String(message)) || releasedRunner.test(String(name));
}
