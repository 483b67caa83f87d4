import { AppError } from '@breakwater/kernel';
import {
  ConfigModule,
  Database,
  DatabaseModule,
  HealthModule,
  loggingModule,
  MetricsModule,
  type NotarySignerConfig,
} from '@breakwater/platform';
import { SignerKeys, SignerModule } from '@breakwater/signer';
import { Logger, Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { KeysController } from './keys/keys.controller';

/** Holds the keys of snapshots and timestamps; only notary-server asks it. */
@Module({})
export class NotarySignerModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('NotarySigner');

  constructor(private readonly keys: SignerKeys) {}

  static forRoot(config: NotarySignerConfig): DynamicModule {
    return {
      module: NotarySignerModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('notary-signer', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-notary-signer' }),
        MetricsModule.forRoot('notary-signer', config),
        SignerModule,
        HealthModule.forRoot({
          imports: [SignerModule],
          inject: [Database, SignerKeys],
          checks: (database: Database, keys: SignerKeys) => [
            { name: 'database', check: () => database.query('SELECT 1') },
            // They may have been sealed under another SIGNER_KEY since the start, or their token may be away.
            { name: 'keys', check: () => keys.selfCheck() },
          ],
        }),
      ],
      controllers: [KeysController],
    };
  }

  /**
   * Keys that cannot be opened are told at the start, and not by the first client whose trust data expires. A token that is
   * away may come back: until then this signer is not ready, and signs with the keys that it holds itself.
   */
  async onApplicationBootstrap(): Promise<void> {
    try {
      const { checked } = await this.keys.selfCheck();
      this.logger.log(`self check passed: ${checked} keys opened`);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'UNAVAILABLE')) throw error;
      this.logger.error(`not ready: ${error.message}`);
    }
  }
}
