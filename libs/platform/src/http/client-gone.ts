const codes = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED']);

/** The client closed its connection mid-request: nobody is left to answer, and nothing is wrong here. */
export class ClientGoneError extends Error {
  constructor(cause?: unknown) {
    super('the client went away', { cause });
  }
}

export function isClientGone(thrown: unknown): boolean {
  if (thrown instanceof ClientGoneError) return true;
  const { code, syscall } = (thrown ?? {}) as { code?: string; syscall?: string };
  return (
    codes.has(code ?? '') &&
    syscall !== 'connect' &&
    code !== undefined &&
    thrown instanceof Error &&
    thrown.message === 'aborted'
  );
}
