/**
 * `away`: not found, removed, or its library does not load; `refused`: it does not take the PIN; `missing`: it does not
 * hold that key; `busy`: every session is taken, or it does not answer in time; `unfit`: it cannot do what is needed.
 */
export type TokenProblem = 'away' | 'refused' | 'missing' | 'busy' | 'unfit';

export class TokenError extends Error {
  constructor(
    readonly problem: TokenProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TokenError';
  }
}
