/** What is wrong with a signature, in words for the person who looks at it. Parsers throw it and nothing else. */
export class SignatureFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SignatureFault';
  }
}

/** Runs what throws errors of its own kind on hostile input: OpenSSL, JSON, zod. */
export function orFault<T>(run: () => T, message: string): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof SignatureFault) throw cause;
    throw new SignatureFault(message, { cause });
  }
}
