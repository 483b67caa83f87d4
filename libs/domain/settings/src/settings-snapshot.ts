import { z } from 'zod';
import { sealedSecret, type SealedSecret } from './setting-vault';
import { entryOf, isSecret, plainNames, settingNames, type SecretName, type SettingName, type Settings } from './table';

/** Rows beside the settings' own; no setting's name has a colon. */
export const rowKeys = {
  /** What the environment says: `Environment`. */
  environment: 'settings:environment',
  /** The id of the key that secrets are sealed with. */
  sealingKey: 'settings:sealing-key',
  cveAllowlist: 'settings:cve-allowlist',
} as const;

const values = z.record(z.string(), z.unknown());
/** Settings by name, in the form of their rows. */
export type StoredValues = Readonly<Record<string, unknown>>;

const environment = z.object({
  /** They count where nobody has set anything. */
  seeds: values,
  /** They count whatever anybody has set. */
  overrides: values,
});
export type Environment = z.output<typeof environment>;

/** All settings at one moment. */
export interface Snapshot {
  readonly settings: Settings;
  readonly secrets: Readonly<Partial<Record<SecretName, SealedSecret>>>;
  /** The environment decides: nothing can be changed. */
  readonly overridden: boolean;
}

export interface SettingRow {
  key: string;
  value: unknown;
}

export function environmentIn(rows: readonly SettingRow[]): Environment {
  const row = rows.find(({ key }) => key === rowKeys.environment);
  return environment.safeParse(row?.value).data ?? { seeds: {}, overrides: {} };
}

/** The override of the environment, else what was set, else the environment's seed, else the default. */
export function snapshotOf(rows: readonly SettingRow[]): Snapshot {
  const { seeds, overrides } = environmentIn(rows);
  const layers = [overrides, Object.fromEntries(rows.map(({ key, value }) => [key, value])), seeds];
  const settings = Object.fromEntries(plainNames.map((name) => [name, plainIn(name, layers)]));
  const secrets = Object.fromEntries(settingNames.filter(isSecret).map((name) => [name, secretIn(name, layers)]));
  return {
    settings: Object.freeze(settings) as Settings,
    secrets: secrets as Snapshot['secrets'],
    overridden: Object.keys(overrides).length > 0,
  };
}

/** A value that this build cannot read (written by a newer one, or by hand) is none. */
function plainIn(name: SettingName, layers: readonly StoredValues[]): unknown {
  const { schema, standard } = entryOf(name);
  for (const layer of layers) {
    const result = Object.hasOwn(layer, name) ? schema.safeParse(layer[name]) : undefined;
    if (result?.success) return result.data;
  }
  return standard;
}

function secretIn(name: SecretName, layers: readonly StoredValues[]): SealedSecret | undefined {
  return layers.map((layer) => sealedSecret.safeParse(layer[name]).data).find((found) => found !== undefined);
}
