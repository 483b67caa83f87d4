import { AppError } from '../errors';

/** A pattern as a tree. `any` is one character, `star` any number of them, both within a path component. */
export type GlobNode =
  | { kind: 'literal'; code: number }
  | { kind: 'any' }
  | { kind: 'star' }
  // Two stars and a separator: any number of whole components.
  | { kind: 'components' }
  // Two stars at the end: all that is left.
  | { kind: 'rest' }
  | { kind: 'class'; negated: boolean; ranges: readonly (readonly [from: number, to: number])[] }
  | { kind: 'choice'; options: readonly (readonly GlobNode[])[] };

export const separator = 0x2f;

const maxLength = 1_024;

/** Reads a pattern. Throws BAD_REQUEST for one that is not well-formed, or too long. */
export function parseGlob(pattern: string): GlobNode[] {
  if (pattern.length > maxLength) throw malformed(pattern, `it has more than ${maxLength} characters`);
  return new GlobParser(pattern).parse();
}

class GlobParser {
  private readonly codes: number[];
  private at = 0;

  constructor(private readonly pattern: string) {
    this.codes = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  }

  parse(): GlobNode[] {
    return this.sequence(false);
  }

  /** Up to the end, or to the comma or brace that ends an alternative. */
  private sequence(nested: boolean): GlobNode[] {
    const start = this.at;
    const nodes: GlobNode[] = [];
    while (this.at < this.codes.length && !(nested && (this.is(',') || this.is('}'))))
      nodes.push(this.node(start, nested));
    return nodes;
  }

  private node(start: number, nested: boolean): GlobNode {
    if (this.take('?')) return { kind: 'any' };
    if (this.is('*')) return this.stars(start, nested);
    if (this.take('[')) return this.characterClass();
    if (this.take('{')) return this.choice();
    return { kind: 'literal', code: this.character() };
  }

  /** `**` is special only as a whole component; elsewhere it is `*` twice, which is `*`. */
  private stars(start: number, nested: boolean): GlobNode {
    const first = this.at;
    while (this.take('*'));
    const wholeBefore = first === start || this.codes[first - 1] === separator;
    if (this.at - first !== 2 || !wholeBefore) return { kind: 'star' };
    if (this.take('/')) return { kind: 'components' };
    const ends = this.at === this.codes.length || (nested && (this.is(',') || this.is('}')));
    return { kind: ends ? 'rest' : 'star' };
  }

  private choice(): GlobNode {
    const options = [this.sequence(true)];
    while (this.take(',')) options.push(this.sequence(true));
    if (!this.take('}')) throw malformed(this.pattern, 'a { is not closed');
    return { kind: 'choice', options };
  }

  private characterClass(): GlobNode {
    const negated = this.take('^') || this.take('!');
    const ranges: [number, number][] = [];
    while (!(ranges.length > 0 && this.is(']'))) {
      if (this.at >= this.codes.length) throw malformed(this.pattern, 'a [ is not closed');
      const from = this.character();
      const isRange = this.is('-') && this.codes[this.at + 1] !== codeOf(']');
      if (isRange) this.at++;
      const to = isRange ? this.character() : from;
      if (to < from) throw malformed(this.pattern, 'a range runs backwards');
      ranges.push([from, to]);
    }
    this.at++;
    return { kind: 'class', negated, ranges };
  }

  private character(): number {
    this.take('\\');
    const code = this.codes[this.at++];
    if (code === undefined) throw malformed(this.pattern, 'it ends too early');
    return code;
  }

  private is(character: string): boolean {
    return this.codes[this.at] === codeOf(character);
  }

  private take(character: string): boolean {
    if (!this.is(character)) return false;
    this.at++;
    return true;
  }
}

const codeOf = (character: string): number => character.charCodeAt(0);

function malformed(pattern: string, why: string): AppError {
  return new AppError('BAD_REQUEST', `invalid pattern ${JSON.stringify(pattern.slice(0, 80))}: ${why}`, {
    reason: 'pattern.invalid',
  });
}
