import { directorySettings } from './directory-settings';
import { platformSettings } from './platform-settings';
import type { SecretEntry, SettingEntry } from './setting-entry';
import { signInSettings } from './sign-in-settings';

/** Every setting that is changed at run time, and the only table of them. */
export const settingsTable = { ...platformSettings, ...signInSettings, ...directorySettings };

type Table = typeof settingsTable;
export type SettingName = keyof Table;
export type SecretName = { [K in SettingName]: Table[K] extends SecretEntry ? K : never }[SettingName];
export type PlainName = Exclude<SettingName, SecretName>;
type ValueOf<K extends SettingName> = Table[K] extends SettingEntry<infer T> ? T : never;

/** All that may be shown. */
export type Settings = { readonly [K in PlainName]: ValueOf<K> };
/** Some, secrets too. */
export type SettingsChange = { readonly [K in SettingName]?: ValueOf<K> };

export const settingNames = Object.keys(settingsTable) as SettingName[];

export const entryOf = (name: SettingName): SettingEntry => settingsTable[name];

export const isSetting = (name: string): name is SettingName => Object.hasOwn(settingsTable, name);

export const isSecret = (name: SettingName): name is SecretName => 'secret' in settingsTable[name];

export const plainNames = settingNames.filter((name): name is PlainName => !isSecret(name));
