import { Changes } from '@breakwater/coherence';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { environmentIn, rowKeys, type SettingRow, type StoredValues } from './settings-snapshot';
import { SettingsRepository } from './settings.repository';
import { sealedSecret, SettingVault } from './setting-vault';
import { isSecret, isSetting } from './table';

/** The keys that secrets among the settings are sealed with. */
@Injectable()
export class SealingKeys {
  constructor(
    private readonly database: Database,
    private readonly changes: Changes,
    private readonly repository: SettingsRepository,
    private readonly vault: SettingVault,
  ) {}

  /**
   * Of the key to seal with, for secrets that other libraries keep. Call in the transaction that stores what it seals: until
   * that ends the key is not changed.
   */
  async inUse(): Promise<string> {
    await this.repository.lock();
    return this.repository.sealingKey();
  }

  /** Every secret is sealed anew with a new key, and the one before opens nothing any more. Answers the new key's id. */
  rotate(): Promise<string> {
    return this.database.transaction(async () => {
      await this.repository.lock();
      const rows = await this.repository.rows();
      const key = await this.repository.newSealingKey();
      const { seeds, overrides } = environmentIn(rows);
      const stored = Object.fromEntries(rows.map(({ key: name, value }) => [name, value]));
      const own = Object.entries(this.resealed(stored, key));
      const environment = {
        seeds: { ...seeds, ...this.resealed(seeds, key) },
        overrides: { ...overrides, ...this.resealed(overrides, key) },
      };
      const changed: SettingRow[] = own.map(([name, value]) => ({ key: name, value }));
      if (rows.some(({ key: name }) => name === rowKeys.environment))
        changed.push({ key: rowKeys.environment, value: environment });
      await this.repository.write(changed);
      await this.changes.announce('settings');
      return key;
    });
  }

  /** The secrets among them. */
  private resealed(values: StoredValues, key: string): Record<string, unknown> {
    const entries = Object.entries(values).flatMap(([name, value]) => {
      const sealed = sealedSecret.safeParse(value).data;
      if (!sealed || !isSetting(name) || !isSecret(name)) return [];
      return [[name, this.vault.seal(name, this.vault.open(name, sealed), key)] as const];
    });
    return Object.fromEntries(entries);
  }
}
