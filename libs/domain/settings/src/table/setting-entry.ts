import type { SettingSeed } from '@breakwater/platform';
import { z } from 'zod';

/** As management-platform.md section 7.10 calls them. */
export type SettingType =
  | 'AuthMode'
  | 'Bool'
  | 'Int'
  | 'Int64'
  | 'LdapScope'
  | 'Map'
  | 'NonEmptyString'
  | 'Password'
  | 'ProjectCreationRestriction'
  | 'Quota'
  | 'String'
  | 'StringToStringMap';

/** One setting that an administrator changes at run time. */
export interface SettingEntry<T = unknown> {
  readonly type: SettingType;
  /** Of what is given and of what is stored. */
  readonly schema: z.ZodType<T>;
  /** For people: what `schema` takes. */
  readonly expected: string;
  readonly standard: T;
  /** The variable that gives it its first value. */
  readonly seed?: SettingSeed;
  readonly about: string;
  /** Harbor does not have it. */
  readonly addition?: true;
}

/** It is sealed at rest, and no answer holds it. */
export interface SecretEntry extends SettingEntry<string> {
  readonly secret: true;
}

type About = Pick<SettingEntry, 'seed' | 'about' | 'addition'>;

const maxText = 2_048;
const maxCertificate = 65_536;
/** Of lines: they end up in headers, queries and logs. */
const oneLine = /^\P{Cc}*$/u;

export const flag = (standard: boolean, about: About): SettingEntry<boolean> => ({
  type: 'Bool',
  schema: z.boolean(),
  expected: 'true or false',
  standard,
  ...about,
});

export const wholeNumber = (
  standard: number,
  { min, max, type = 'Int' }: { min: number; max: number; type?: 'Int' | 'Int64' | 'LdapScope' },
  about: About,
): SettingEntry<number> => ({
  type,
  schema: z.int().min(min).max(max),
  expected: `a whole number from ${min} to ${max}`,
  standard,
  ...about,
});

export const line = (standard: string, about: About): SettingEntry<string> => ({
  type: 'String',
  schema: z.string().max(maxText).regex(oneLine),
  expected: `one line of text, at most ${maxText} characters`,
  standard,
  ...about,
});

export const filledLine = (standard: string, about: About): SettingEntry<string> => ({
  type: 'NonEmptyString',
  schema: z.string().max(maxText).regex(oneLine).regex(/\S/),
  expected: `one line of text that is not empty, at most ${maxText} characters`,
  standard,
  ...about,
});

/** Of several lines: a certificate, a message. */
export const text = (about: About): SettingEntry<string> => ({
  type: 'String',
  schema: z
    .string()
    .max(maxCertificate)
    .regex(/^[^\0]*$/),
  expected: `text, at most ${maxCertificate} characters`,
  standard: '',
  ...about,
});

/** A line of a certain form, or nothing. */
export const formedLine = (
  { holds, expected }: { holds: (given: string) => boolean; expected: string },
  about: About,
): SettingEntry<string> => ({
  type: 'String',
  schema: z
    .string()
    .max(maxText)
    .regex(oneLine)
    .refine((given) => given === '' || holds(given)),
  expected: `${expected}, or nothing`,
  standard: '',
  ...about,
});

export const choice = <const T extends string>(
  type: 'AuthMode' | 'ProjectCreationRestriction',
  values: readonly [T, ...T[]],
  about: About,
): SettingEntry<T> => ({
  type,
  schema: z.enum(values) as z.ZodType<T>,
  expected: `one of ${values.join(', ')}`,
  standard: values[0],
  ...about,
});

export const secret = (about: About, type: 'Password' | 'String' = 'Password'): SecretEntry => ({
  type,
  schema: z
    .string()
    .max(maxText)
    .regex(/^[^\0]*$/),
  expected: `text, at most ${maxText} characters`,
  standard: '',
  secret: true,
  ...about,
});

/** An http or https address without credentials in it. */
export function isWebAddress(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password } = new URL(given);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** `host:port`, `[2001:db8::1]:514`, `host`, with or without `tcp://` before it. */
export function isHostAndPort(given: string): boolean {
  const [found, port = '1'] = /^(?:tcp:\/\/)?(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(given) ?? [];
  return found !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
