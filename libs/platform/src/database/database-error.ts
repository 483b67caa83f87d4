/** SQLSTATE of an error of Postgres; empty for everything else. */
export function sqlState(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? '');
}

/** A unique index refused the row: there is such a one already. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}
