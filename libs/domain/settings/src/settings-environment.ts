import { Changes } from '@breakwater/coherence';
import { CONFIG, Database, type SettingsEnvironmentVariables } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { contradictions, problemText, readChange, readText, type SettingProblem } from './settings-rules';
import { environmentIn, rowKeys, snapshotOf, type Environment } from './settings-snapshot';
import { SettingsRepository } from './settings.repository';
import { SettingVault } from './setting-vault';
import { entryOf, isSecret, isSetting, settingNames, type SettingName, type SettingsChange } from './table';

/**
 * What the environment says about settings: core reads it at start and writes it down, for itself and for the processes
 * that were not told. The core that was started last is believed.
 */
@Injectable()
export class SettingsEnvironment {
  constructor(
    @Inject(CONFIG) private readonly variables: SettingsEnvironmentVariables,
    private readonly database: Database,
    private readonly changes: Changes,
    private readonly repository: SettingsRepository,
    private readonly vault: SettingVault,
  ) {}

  /** Throws when a value is not one that its setting takes, with every problem. */
  async publish(): Promise<void> {
    const seeds = this.seeds();
    const overrides = this.overrides();
    await this.database.transaction(async () => {
      await this.repository.lock();
      const rows = await this.repository.rows();
      const { seeds: oldSeeds, overrides: oldOverrides } = environmentIn(rows);
      if ([seeds, overrides, oldSeeds, oldOverrides].every((values) => Object.keys(values).length === 0)) return;
      const key = await this.repository.sealingKey();
      const environment: Environment = { seeds: this.sealed(seeds, key), overrides: this.sealed(overrides, key) };
      const row = { key: rowKeys.environment, value: environment };
      assertGood(contradictions(snapshotOf([...rows.filter((old) => old.key !== row.key), row]).settings));
      await this.repository.write([row]);
      await this.changes.announce('settings');
    });
  }

  private seeds(): SettingsChange {
    const texts = settingNames.flatMap((name): [SettingName, string][] => {
      const { seed } = entryOf(name);
      const text = seed && this.variables[seed];
      return text === undefined ? [] : [[name, text]];
    });
    const { change, problems } = readChange(
      Object.fromEntries(texts.map(([name, text]) => [name, readText(name, text)])),
    );
    assertGood(
      problems.map((problem) => ({ ...problem, key: entryOf(problem.key as SettingName).seed ?? problem.key })),
    );
    return change;
  }

  private overrides(): SettingsChange {
    const given = this.variables.CONFIG_OVERWRITE_JSON ?? {};
    const unknown = Object.keys(given).filter((name) => !isSetting(name));
    const { change, problems } = readChange(given);
    assertGood([
      ...unknown.map((key) => ({ key, value: 'it', expected: 'a setting: CONFIG_OVERWRITE_JSON must not have it' })),
      ...problems,
    ]);
    return change;
  }

  private sealed(values: SettingsChange, key: string): Record<string, unknown> {
    const entries = Object.entries(values).map(([name, value]) => {
      const setting = name as SettingName;
      return [name, isSecret(setting) ? this.vault.seal(setting, String(value), key) : value];
    });
    return Object.fromEntries(entries) as Record<string, unknown>;
  }
}

function assertGood(problems: readonly SettingProblem[]): void {
  if (problems.length === 0) return;
  throw new Error(`Invalid settings in the environment:\n${problems.map(problemText).join('\n')}`);
}
