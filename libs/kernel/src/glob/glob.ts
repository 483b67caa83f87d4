import { parseGlob, separator, type GlobNode } from './glob-syntax';

/** Whether the whole of a text fits a pattern. */
export type Glob = (text: string) => boolean;

interface Step {
  /** Null: no character is taken, all of `next` are gone to at once. */
  takes: ((code: number) => boolean) | null;
  next: number[];
}

const accepted = 0;

/**
 * Compiles a doublestar pattern, for repositories and tags: `*` and `?` stay within a path component, `**` as a whole
 * component stands for any number of them (at the end for at least one), `{a,b}` for either, `[a-z]`, `[^a-z]` and
 * `[!a-z]` for one character, and `\` takes the next character as it is. Upper and lower case differ. The empty pattern
 * fits everything. Matching takes time in proportion to the text, never more, and keeps nothing between calls.
 * Throws BAD_REQUEST for a pattern that is not well-formed.
 */
export function compileGlob(pattern: string): Glob {
  if (pattern === '') return () => true;
  const steps: Step[] = [{ takes: null, next: [] }];
  const start = append(steps, parseGlob(pattern), accepted);
  return (text) => run(steps, start, text);
}

/** Adds the steps of `nodes`, of which the last leads to `next`; returns the first. */
function append(steps: Step[], nodes: readonly GlobNode[], next: number): number {
  return nodes.reduceRight((after, node) => appendNode(steps, node, after), next);
}

function appendNode(steps: Step[], node: GlobNode, next: number): number {
  switch (node.kind) {
    case 'star':
      return appendLoop(steps, isWithinComponent, next);
    case 'rest':
      return appendLoop(steps, anything, next);
    case 'components': {
      const end = steps.push({ takes: isSeparator, next: [next] }) - 1;
      return fork(steps, appendLoop(steps, anything, end), next);
    }
    case 'choice':
      return fork(steps, ...node.options.map((option) => append(steps, option, next)));
    default:
      return steps.push({ takes: testOf(node), next: [next] }) - 1;
  }
}

/** Any number of characters that `takes` takes. */
function appendLoop(steps: Step[], takes: (code: number) => boolean, next: number): number {
  const loop = fork(steps, next);
  const taken = steps.push({ takes, next: [loop] }) - 1;
  steps[loop]?.next.push(taken);
  return loop;
}

const fork = (steps: Step[], ...next: number[]): number => steps.push({ takes: null, next }) - 1;

const isSeparator = (code: number): boolean => code === separator;
const isWithinComponent = (code: number): boolean => code !== separator;
const anything = (): boolean => true;

function testOf(node: Extract<GlobNode, { kind: 'literal' | 'any' | 'class' }>): (code: number) => boolean {
  if (node.kind === 'any') return isWithinComponent;
  if (node.kind === 'literal') return (code) => code === node.code;
  const { negated, ranges } = node;
  return (code) => code !== separator && ranges.some(([from, to]) => from <= code && code <= to) !== negated;
}

/** All places in the pattern that the text so far can have led to, kept side by side: nothing is tried twice. */
function run(steps: readonly Step[], start: number, text: string): boolean {
  let places = reach(steps, [start]);
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const taken: number[] = [];
    for (const place of places) {
      const step = steps[place];
      if (step?.takes?.(code)) taken.push(...step.next);
    }
    if (taken.length === 0) return false;
    places = reach(steps, taken);
  }
  return places.has(accepted);
}

function reach(steps: readonly Step[], from: number[]): Set<number> {
  const reached = new Set(from);
  // A set hands out what is added while it is walked.
  for (const place of reached) {
    const step = steps[place];
    if (step && step.takes === null) for (const next of step.next) reached.add(next);
  }
  return reached;
}
