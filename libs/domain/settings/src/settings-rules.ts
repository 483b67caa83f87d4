import { AppError } from '@breakwater/kernel';
import { entryOf, isSecret, isSetting, type SettingName, type Settings, type SettingsChange } from './table';

export interface SettingProblem {
  key: string;
  /** As JSON, cut; of secrets nothing. */
  value: string;
  expected: string;
}

const shownLength = 100;
const truths = new Set(['1', 't', 'true']);
const untruths = new Set(['0', 'f', 'false']);

/**
 * What a change asks for, read by the table. Names that are no settings, and null, count for nothing: clients send back
 * what they read, and forms of other versions. The problems name every wrong value.
 */
export function readChange(given: Readonly<Record<string, unknown>>): {
  change: SettingsChange;
  problems: SettingProblem[];
} {
  const change: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isSetting(name) || value === undefined || value === null) continue;
    const { schema, expected } = entryOf(name);
    const result = schema.safeParse(value);
    if (result.success) change[name] = result.data;
    else problems.push({ key: name, value: shown(name, value), expected });
  }
  return { change, problems };
}

/** The text of a variable, as the value that it stands for; text that stands for none is left to the schema. */
export function readText(name: SettingName, text: string): unknown {
  switch (typeof entryOf(name).standard) {
    case 'boolean': {
      const word = text.toLowerCase();
      return truths.has(word) || (untruths.has(word) ? false : text);
    }
    case 'number':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    default:
      return text;
  }
}

/** What must hold between settings. */
export function contradictions(settings: Settings): SettingProblem[] {
  if (!settings.skip_audit_log_database || settings.audit_log_forward_endpoint !== '') return [];
  const expected = 'false while audit_log_forward_endpoint is empty: the audit log would be lost';
  return [{ key: 'skip_audit_log_database', value: 'true', expected }];
}

/** Throws BAD_REQUEST that names key, value and what was expected of every problem. */
export function refuse(problems: readonly SettingProblem[]): void {
  const [first] = problems;
  if (!first) return;
  throw new AppError('BAD_REQUEST', `invalid settings: ${problems.map(problemText).join('; ')}`, {
    reason: 'setting.invalid',
    params: { ...first },
    detail: problems,
  });
}

export function problemText({ key, value, expected }: SettingProblem): string {
  return `${key}: ${value} is not ${expected}`;
}

function shown(name: SettingName, value: unknown): string {
  if (isSecret(name)) return 'what was given';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`;
}
