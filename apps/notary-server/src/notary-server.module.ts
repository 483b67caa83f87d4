import {
  AuthenticationMetrics,
  collectCache,
  ConfigModule,
  Database,
  DatabaseModule,
  FrontDoor,
  HealthModule,
  loggingModule,
  Metrics,
  MetricsModule,
  RateLimits,
  TrustSignerModule,
  type NotaryServerConfig,
} from '@breakwater/platform';
import { SettingsModule } from '@breakwater/settings';
import { TokensModule, TokensService } from '@breakwater/tokens';
import { TrustModule, TrustReader } from '@breakwater/trust';
import { Module, type DynamicModule } from '@nestjs/common';
import { TrustAuthorizer } from './auth/trust-authorizer';
import { NotaryHealthController } from './health/notary-health.controller';
import { TrustLimits } from './http/trust-limits';
import { BackgroundRefresh } from './refresh/background-refresh';
import { KeySweeping } from './refresh/key-sweeping';
import { MetadataRoutes } from './routes/metadata.routes';
import { PublicationRoutes } from './routes/publication.routes';
import { TrustRouter } from './routes/trust-router';

/** Notary v1's server for docker's content trust. It holds no private key: those of the platform are with the signer. */
@Module({})
export class NotaryServerModule {
  constructor(metrics: Metrics, reader: TrustReader, tokens: TokensService) {
    collectCache(metrics, 'trust', () => reader.cacheUsage);
    collectCache(metrics, 'tokens', () => tokens.cacheUsage.tokens);
  }

  static forRoot(config: NotaryServerConfig): DynamicModule {
    return {
      module: NotaryServerModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('notary-server', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-notary-server' }),
        MetricsModule.forRoot('notary-server', config),
        TrustSignerModule.forRoot(config),
        TrustModule,
        TokensModule,
        SettingsModule,
        // The signer is not asked: what was published is served without it.
        HealthModule.forRoot({
          inject: [Database],
          checks: (database: Database) => [{ name: 'database', check: () => database.query('SELECT 1') }],
        }),
      ],
      controllers: [NotaryHealthController],
      providers: [
        FrontDoor,
        RateLimits,
        TrustLimits,
        AuthenticationMetrics,
        TrustAuthorizer,
        TrustRouter,
        MetadataRoutes,
        PublicationRoutes,
        BackgroundRefresh,
        KeySweeping,
      ],
    };
  }
}
