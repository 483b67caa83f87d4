import type { StorageInfo } from '@breakwater/contracts';
import { rememberFor, STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';

/** Seconds that an answer is reused; how full a volume is matters to nobody more often. */
const reuseSeconds = 5;

/** What the blobs lie on, as registryctl finds it: core never touches it. */
@Injectable()
export class StorageInfoService {
  private readonly info: () => Promise<StorageInfo>;
  /** It stays what it is for as long as the platform runs. */
  private driver: StorageInfo['driver'] | undefined;

  constructor(@Inject(STORAGE_KEEPER) keeper: StorageKeeper) {
    this.info = rememberFor(reuseSeconds, () => keeper.info());
  }

  /** Undefined while registryctl has not been reached yet. */
  async driverName(): Promise<StorageInfo['driver'] | undefined> {
    this.driver ??= await this.info().then(
      ({ driver }) => driver,
      () => undefined,
    );
    return this.driver;
  }

  /** Bytes; zeros for storage without a size of its own. Throws UNAVAILABLE. */
  async capacity(): Promise<{ total: number; free: number }> {
    return (await this.info()).capacity ?? { total: 0, free: 0 };
  }
}
