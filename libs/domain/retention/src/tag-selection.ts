import type { TagRule } from '@breakwater/contracts';
import { compileGlob, isExcluding } from '@breakwater/kernel';
import { z } from 'zod';
import type { Candidate } from './candidates';

type TagSelector = TagRule['tag_selectors'][number];

const extrasSchema = z.object({ untagged: z.boolean().default(false) });

/** Whether all of the selectors pick a candidate. */
export function compileTagSelectors(selectors: readonly TagSelector[]): (candidate: Candidate) => boolean {
  const tests = selectors.map(compileTagSelector);
  return (candidate) => tests.every((test) => test(candidate));
}

/** Picks what has at least one tag that fits, or with `excludes` at least one that does not. */
function compileTagSelector(selector: TagSelector): (candidate: Candidate) => boolean {
  const excludes = isExcluding(selector);
  const fits = compileGlob(selector.pattern);
  const untagged = untaggedOf(selector);
  // `excludes` with `untagged` leaves out what has no tag, as in Harbor.
  return ({ tags }) => (tags.length === 0 ? untagged !== excludes : tags.some((tag) => fits(tag) !== excludes));
}

/** Extras that are not understood count as absent: then what has no tag is picked. */
function untaggedOf(selector: TagSelector): boolean {
  const extras = extrasSchema.safeParse(parsed(selector.extras));
  return extras.success ? extras.data.untagged : !isExcluding(selector);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
