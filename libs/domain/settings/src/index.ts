export { CveAllowlistService, type CveAllowlist } from './cve-allowlist.service';
export { ReadOnlyMode } from './read-only-mode';
export { SealingKeys } from './sealing-keys';
export { Setting } from './setting.entity';
export { SettingsEnvironment } from './settings-environment';
export { SettingsModule } from './settings.module';
export { SettingsService, type ShownSetting } from './settings.service';
export { systemSettings, systemSettingsTable, type SystemFacts } from './system-settings';
export { entryOf, isSecret, settingNames, type SecretName, type SettingName, type Settings } from './table';
