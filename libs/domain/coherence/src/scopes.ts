/** What a change is about, and what a cached answer hangs on. */
export type Scope =
  | `repository:${string}`
  | `reference:${string}`
  | `signing:${string}`
  | `project:${number}`
  | `user:${number}`
  | `robot:${number}`
  | `token:${number}`
  | 'settings';

/** Anything may have gone from the repository, or it itself. */
export const repositoryScope = (name: string): Scope => `repository:${name}`;

/** A tag or digest of the repository means something else now. */
export const referenceScope = (repository: string, reference: string): Scope => `reference:${repository} ${reference}`;

/** What is known of the signatures in the repository has changed. */
export const signingScope = (repository: string): Scope => `signing:${repository}`;
