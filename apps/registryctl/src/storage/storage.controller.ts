import type { StorageInfo } from '@breakwater/contracts';
import { InternalGuard } from '@breakwater/platform';
import { BLOB_STORE, type BlobStore } from '@breakwater/storage';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

@Controller('storage')
@UseGuards(InternalGuard)
export class StorageController {
  constructor(@Inject(BLOB_STORE) private readonly store: BlobStore) {}

  @Get()
  async info(): Promise<StorageInfo> {
    return { driver: this.store.type, capacity: (await this.store.capacity?.()) ?? null };
  }
}
