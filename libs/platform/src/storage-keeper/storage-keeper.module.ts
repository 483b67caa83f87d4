import { Module, type DynamicModule } from '@nestjs/common';
import { HttpStorageKeeper } from './http-storage-keeper';
import { STORAGE_KEEPER } from './storage-keeper';

/** For jobs: `@Inject(STORAGE_KEEPER) keeper: StorageKeeper`. */
@Module({})
export class StorageKeeperModule {
  static forRoot(config: { REGISTRYCTL_URL: string; INTERNAL_SECRET: string }): DynamicModule {
    return {
      module: StorageKeeperModule,
      global: true,
      providers: [{ provide: STORAGE_KEEPER, useValue: new HttpStorageKeeper(config) }],
      exports: [STORAGE_KEEPER],
    };
  }
}
