import { Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { z } from 'zod';
import { settingsFrom, settingsSchema, type Settings } from './settings';
import { Setting } from './setting.entity';

/** How old an answer of `get` may be. */
const cacheMs = 2_000;

@Injectable()
export class SettingsService {
  private cached?: { settings: Promise<Settings>; until: number };

  constructor(private readonly database: Database) {}

  /** At most two seconds old. */
  get(): Promise<Settings> {
    const now = Date.now();
    if (this.cached && now < this.cached.until) return this.cached.settings;
    const settings = this.read();
    this.cached = { settings, until: now + cacheMs };
    settings.catch(() => {
      this.cached = undefined;
    });
    return settings;
  }

  /** Throws BAD_REQUEST that names every wrong value. Other replicas follow within two seconds. */
  async update(patch: Partial<Settings>): Promise<Settings> {
    const result = settingsSchema.partial().strict().safeParse(patch);
    if (!result.success) throw new AppError('BAD_REQUEST', `invalid settings: ${z.prettifyError(result.error)}`);
    const given = Object.entries(patch).filter(([, value]) => value !== undefined);
    const rows = given.map(([key, value]) => ({ key, value, updateTime: new Date() }));
    if (rows.length > 0) await this.database.repository(Setting).upsert(rows as never, ['key']);
    this.cached = undefined;
    return this.get();
  }

  private async read(): Promise<Settings> {
    return settingsFrom(await this.database.query<{ key: string; value: unknown }>('SELECT key, value FROM setting'));
  }
}
