import { compileGlob } from './glob';

/** Picks names by a pattern: those that fit it, or with an `excludes` decoration those that do not. */
export interface Selector {
  decoration: string;
  pattern: string;
}

const excluding: ReadonlySet<string> = new Set(['excludes', 'repoExcludes']);

export const isExcluding = ({ decoration }: Selector): boolean => excluding.has(decoration);

/** Whether all of the selectors pick a name; without any, every name is picked. Throws BAD_REQUEST. */
export function compileSelectors(selectors: readonly Selector[]): (name: string) => boolean {
  const tests = selectors.map((selector) => {
    const fits = compileGlob(selector.pattern);
    return isExcluding(selector) ? (name: string) => !fits(name) : fits;
  });
  return (name) => tests.every((test) => test(name));
}
