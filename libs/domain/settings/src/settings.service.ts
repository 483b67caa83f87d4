import { Changes, CoherentCache, LeaseHolder, SingleFlight } from '@breakwater/coherence';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { contradictions, readChange, refuse } from './settings-rules';
import { snapshotOf, type SettingRow, type Snapshot } from './settings-snapshot';
import { SettingsRepository } from './settings.repository';
import { SettingVault } from './setting-vault';
import { isSecret, plainNames, type PlainName, type SecretName, type SettingName, type Settings } from './table';

const cacheKey = 'settings';
const cacheBytes = 1024 * 1024;

/** A setting as administrators see it. */
export interface ShownSetting {
  value: unknown;
  editable: boolean;
}

/** What an administrator changes at run time. */
@Injectable()
export class SettingsService {
  private readonly cache: CoherentCache<Snapshot>;
  private readonly flights: SingleFlight<Snapshot>;

  constructor(
    private readonly database: Database,
    private readonly lease: LeaseHolder,
    private readonly changes: Changes,
    private readonly repository: SettingsRepository,
    private readonly vault: SettingVault,
  ) {
    this.cache = new CoherentCache(lease, { maxBytes: cacheBytes, sizeOf: () => cacheBytes });
    this.flights = new SingleFlight(lease);
  }

  /** As they are now: never older than a change that was acknowledged anywhere. Secrets are not among them. */
  async get(): Promise<Settings> {
    return (await this.snapshot()).settings;
  }

  /** Empty when it is not set. */
  async secret(name: SecretName): Promise<string> {
    const sealed = (await this.snapshot()).secrets[name];
    return sealed ? this.vault.open(name, sealed) : '';
  }

  /** Every setting but the secrets, and whether `update` would take another value. */
  async describe(): Promise<Record<PlainName, ShownSetting>> {
    const { settings, overridden } = await this.snapshot();
    const isFixed = !overridden && (await this.repository.hasUsers());
    const shown = plainNames.map((name) => [
      name,
      { value: settings[name], editable: !overridden && !(name === 'auth_mode' && isFixed) },
    ]);
    return Object.fromEntries(shown) as Record<PlainName, ShownSetting>;
  }

  /**
   * All of it or nothing; on every replica when it returns. Names that are no settings are left out. Answers the names
   * of what was given. Throws BAD_REQUEST that says of every wrong value what was expected, FORBIDDEN when the
   * environment decides.
   */
  async update(given: Readonly<Record<string, unknown>>): Promise<SettingName[]> {
    const { change, problems } = readChange(given);
    refuse(problems);
    const names = Object.keys(change) as SettingName[];
    return this.database.transaction(async () => {
      await this.repository.lock();
      const { settings, overridden } = snapshotOf(await this.repository.rows());
      if (overridden) throw decidedElsewhere();
      if (names.length === 0) return names;
      refuse(contradictions({ ...settings, ...change }));
      if (change.auth_mode !== undefined && change.auth_mode !== settings.auth_mode) await this.assertNoUsers();
      await this.repository.write(await this.rowsOf(Object.entries(change)));
      await this.changes.announce('settings');
      return names;
    });
  }

  private async rowsOf(change: readonly [string, unknown][]): Promise<SettingRow[]> {
    const key = change.some(([name]) => isSecret(name as SettingName)) ? await this.repository.sealingKey() : '';
    return change.map(([name, value]) => {
      const setting = name as SettingName;
      return { key: name, value: isSecret(setting) ? this.vault.seal(setting, String(value), key) : value };
    });
  }

  private async assertNoUsers(): Promise<void> {
    if (!(await this.repository.hasUsers())) return;
    throw new AppError('BAD_REQUEST', 'auth_mode cannot be changed: there are users who sign in by the present one', {
      reason: 'setting.auth-mode.in-use',
    });
  }

  private async snapshot(): Promise<Snapshot> {
    const known = this.cache.get(cacheKey);
    if (known) return known;
    const ticket = this.lease.ticket('settings');
    return this.flights.run(cacheKey, ticket, async () => {
      const snapshot = snapshotOf(await this.repository.rows());
      this.cache.set(cacheKey, snapshot, ticket);
      return snapshot;
    });
  }
}

function decidedElsewhere(): AppError {
  return new AppError(
    'FORBIDDEN',
    'the settings are given by the environment variable CONFIG_OVERWRITE_JSON and cannot be changed here',
    { reason: 'setting.overridden' },
  );
}
