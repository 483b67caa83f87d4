import { SignatureFault } from '@breakwater/kernel';
import { childrenOf, type Der, fieldsOf, tags } from '../encoding/der';
import { oidOf } from '../encoding/der-values';

/** `{ type: 'C', value: 'US' }`; the type is dotted when it has no short name. */
export interface Attribute {
  type: string;
  value: string;
}

const shortNames = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.17', 'POSTALCODE'],
  ['1.2.840.113549.1.9.1', 'EMAILADDRESS'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
]);

/** RFC 5280 4.1.2.4, in the order of the certificate. */
export function readName(name: Der): Attribute[] {
  return fieldsOf(name, tags.sequence, 'a name').flatMap((rdn) =>
    fieldsOf(rdn, tags.set, 'a part of a name').map((attribute) => {
      const [type, value] = fieldsOf(attribute, tags.sequence, 'an attribute of a name');
      const oid = oidOf(type, 'the type of an attribute');
      if (value === undefined) throw new SignatureFault('an attribute of a name has no value');
      return { type: shortNames.get(oid) ?? oid, value: textOf(value) };
    }),
  );
}

const BMP_STRING = 0x1e;
const LATIN = new Set([0x13, 0x14, 0x16]);

function textOf({ tag, content, raw }: Der): string {
  if (tag === 0x0c) return content.toString('utf8');
  if (LATIN.has(tag)) return content.toString('latin1');
  if (tag === BMP_STRING) return Buffer.from(content).swap16().toString('utf16le');
  return `#${raw.toString('hex')}`;
}

/** Written as trust policies write an identity, so that what is shown can be pasted into one. */
export function formatName(attributes: Attribute[]): string {
  return attributes.map(({ type, value }) => `${type}=${escapeValue(value)}`).join(', ');
}

function escapeValue(value: string): string {
  const characters = [...value];
  return characters
    .map((character, position) => {
      const atEdge =
        (position === 0 && ' #'.includes(character)) || (position === characters.length - 1 && character === ' ');
      return atEdge || '\\,;+"<>'.includes(character) ? `\\${character}` : character;
    })
    .join('');
}

/**
 * A name as people write it, `C=US, ST=WA, O=acme` (trust-store-trust-policy.md "Trusted Identities Constraints", after
 * RFC 4514). `S` is another word for `ST`. Throws SignatureFault; several values in one part (`CN=a+OU=b`) are refused.
 */
export function parseName(text: string): Attribute[] {
  return splitUnescaped(text).map((part) => {
    const equals = part.indexOf('=');
    const type = part.slice(0, equals).trim().toUpperCase();
    if (equals < 1 || !/^[A-Z][A-Z0-9-]*$|^\d+(?:\.\d+)*$/.test(type)) {
      throw new SignatureFault(`"${part.trim()}" is not of the form TYPE=value`);
    }
    const value = unescape(part.slice(equals + 1));
    if (value === '') throw new SignatureFault(`${type} has no value`);
    return { type: type === 'S' ? 'ST' : type, value };
  });
}

function splitUnescaped(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '\\') part += character + (text[++i] ?? '');
    else if (character === '+') throw new SignatureFault('a part of a name has several values');
    else if (character === ',' || character === ';') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}

/** Spaces around a value do not belong to it unless they are escaped; `\2C` is a comma. */
function unescape(text: string): string {
  let bytes = Buffer.alloc(0);
  let kept = 0;
  for (const [piece] of text.matchAll(/\\[0-9A-Fa-f]{2}|\\.|[^\\]/gsu)) {
    const escaped = piece.startsWith('\\');
    if (!escaped && piece === ' ' && bytes.length === 0) continue;
    const isHex = escaped && piece.length === 3;
    bytes = Buffer.concat([
      bytes,
      isHex ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(escaped ? piece.slice(1) : piece),
    ]);
    if (escaped || piece !== ' ') kept = bytes.length;
  }
  return bytes.subarray(0, kept).toString('utf8');
}

/** Throws SignatureFault where the rules for identities are not met: C, ST and O are there, and nothing twice. */
export function identityMap(attributes: Attribute[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const { type, value } of attributes) {
    if (map.has(type)) throw new SignatureFault(`the name has ${type} twice`);
    map.set(type, value);
  }
  const missing = ['C', 'ST', 'O'].find((type) => !map.has(type));
  if (missing !== undefined) throw new SignatureFault(`the name has no ${missing}; C, ST and O are required`);
  return map;
}

/** Every attribute of `part` is in `whole` with the same value. */
export function isPartOf(part: Map<string, string>, whole: Map<string, string>): boolean {
  return [...part].every(([type, value]) => whole.get(type) === value);
}

/** The value of a GeneralName that is a URI, RFC 5280 4.2.1.6. */
export function urisIn(names: Der): string[] {
  return childrenOf(names)
    .filter(({ tag }) => tag === 0x86)
    .map(({ content }) => content.toString('latin1'));
}
