import { AppError } from '@breakwater/kernel';
import { Injectable } from '@nestjs/common';
import { SettingsService } from './settings.service';

/** While the setting `read_only` is on, nothing is changed (management-platform.md section 5.1). */
@Injectable()
export class ReadOnlyMode {
  constructor(private readonly settings: SettingsService) {}

  /** Throws DENIED, with Harbor's sentence. */
  async assertOff(): Promise<void> {
    const { read_only: readOnly } = await this.settings.get();
    if (readOnly)
      throw new AppError('DENIED', 'The system is in read only mode. Any modification is prohibited.', {
        reason: 'system.read-only',
      });
  }
}
