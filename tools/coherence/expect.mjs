/** An answer from before a change that was acknowledged. */
export class Stale extends Error {}

export function expectSame(what, found, wanted) {
  if (found !== wanted) throw new Stale(`${what}: ${found} instead of ${wanted}`);
}
