import { AppError } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';

/** When a collection must not go on. Imports and collections take turns already, by their serial key. */
@Injectable()
export class Brakes {
  constructor(private readonly settings: SettingsService) {}

  /** Throws PRECONDITION. */
  async check(): Promise<void> {
    const { read_only: readOnly } = await this.settings.get();
    if (readOnly) throw new AppError('PRECONDITION', 'the system is in read only mode: nothing is removed');
  }
}
