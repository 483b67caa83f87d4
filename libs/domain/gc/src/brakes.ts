import { AppError } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { Injectable } from '@nestjs/common';

/** An adopted tree has blobs before it has the artifacts that need them. */
const importVendor = 'STORAGE_IMPORT';

/** When a collection must not go on. */
@Injectable()
export class Brakes {
  constructor(
    private readonly settings: SettingsService,
    private readonly database: Database,
  ) {}

  /** Throws PRECONDITION. */
  async check(): Promise<void> {
    const { read_only: readOnly } = await this.settings.get();
    if (readOnly) throw new AppError('PRECONDITION', 'the system is in read only mode: nothing is removed');
    const imports = await this.database.prepared(
      'SELECT 1 FROM execution WHERE vendor_type = $1 AND end_time IS NULL LIMIT 1',
      [importVendor],
    );
    if (imports.length > 0) throw new AppError('PRECONDITION', 'a storage tree is being imported: nothing is removed');
  }
}
