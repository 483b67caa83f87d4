/** What a change is about, and what a cached answer hangs on. */
export type Scope = `repository:${string}` | `project:${number}` | `user:${number}` | `robot:${number}`;

export const repositoryScope = (name: string): Scope => `repository:${name}`;
