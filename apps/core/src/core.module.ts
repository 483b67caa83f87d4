import { IdentityModule } from '@breakwater/identity';
import {
  ConfigModule,
  Database,
  DatabaseModule,
  HealthModule,
  loggingModule,
  MetricsModule,
  QueueModule,
  RedisModule,
  StorageKeeperModule,
  type CoreConfig,
} from '@breakwater/platform';
import { ProjectsModule } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { TokensModule } from '@breakwater/tokens';
import { Module, type DynamicModule } from '@nestjs/common';
import { ApiPageModule } from './api-page/api-page.module';
import { ArtifactsApiModule } from './artifacts/artifacts-api.module';
import { AuditLogsApiModule } from './audit-logs/audit-logs-api.module';
import { AuthModule } from './auth';
import { ConfigurationsApiModule } from './configurations/configurations-api.module';
import { AccessTokensApiModule } from './access-tokens/access-tokens-api.module';
import { BrowserModule } from './browser/browser.module';
import { FirstStart } from './first-start';
import { ImmutableRulesApiModule } from './immutable-rules/immutable-rules-api.module';
import { ImportsApiModule } from './imports/imports-api.module';
import { LabelsApiModule } from './labels/labels-api.module';
import { MembersApiModule } from './members/members-api.module';
import { JobserviceApiModule } from './jobservice/jobservice-api.module';
import { CacheMetrics } from './metrics/cache-metrics';
import { MetadataApiModule } from './metadata/metadata-api.module';
import { PermissionsModule } from './permissions/permissions.module';
import { ProjectsApiModule } from './projects/projects-api.module';
import { GcApiModule } from './gc/gc-api.module';
import { QuotasApiModule } from './quotas/quotas-api.module';
import { PurgeApiModule } from './purge/purge-api.module';
import { RepositoriesApiModule } from './repositories/repositories-api.module';
import { RestModule } from './rest';
import { RetentionApiModule } from './retention/retention-api.module';
import { RobotsModule } from './robots/robots.module';
import { ScannersApiModule } from './scanners/scanners-api.module';
import { SchedulesApiModule } from './schedules';
import { SearchApiModule } from './search/search-api.module';
import { SignaturesApiModule } from './signatures/signatures-api.module';
import { StorageApiModule } from './storage/storage-api.module';
import { SystemApiModule } from './system/system-api.module';
import { TagsApiModule } from './tags/tags-api.module';
import { TokenModule } from './token/token.module';
import { TrustDataApiModule } from './trust-data/trust-data-api.module';
import { TrustPoliciesApiModule } from './trust-policies/trust-policies-api.module';
import { SessionsApiModule } from './sessions/sessions-api.module';
import { UserGroupsApiModule } from './user-groups/user-groups-api.module';
import { UsersModule } from './users/users.module';
import { WebhooksApiModule } from './webhooks/webhooks-api.module';

/** One module for each resource of the management API. */
const resources = [
  AccessTokensApiModule,
  ApiPageModule,
  ArtifactsApiModule,
  ConfigurationsApiModule,
  AuditLogsApiModule,
  BrowserModule,
  ImportsApiModule,
  JobserviceApiModule,
  ImmutableRulesApiModule,
  LabelsApiModule,
  MembersApiModule,
  MetadataApiModule,
  PermissionsModule,
  ProjectsApiModule,
  PurgeApiModule,
  QuotasApiModule,
  GcApiModule,
  RepositoriesApiModule,
  RetentionApiModule,
  RobotsModule,
  ScannersApiModule,
  SchedulesApiModule,
  SessionsApiModule,
  SearchApiModule,
  SignaturesApiModule,
  StorageApiModule,
  SystemApiModule,
  TagsApiModule,
  TokenModule,
  TrustDataApiModule,
  TrustPoliciesApiModule,
  UserGroupsApiModule,
  UsersModule,
  WebhooksApiModule,
];

@Module({})
export class CoreModule {
  static forRoot(config: CoreConfig): DynamicModule {
    return {
      module: CoreModule,
      imports: [
        ConfigModule.forRoot(config),
        loggingModule('core', config.LOG_LEVEL),
        DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-core' }),
        RedisModule.forRoot(config),
        QueueModule.forRoot(config),
        StorageKeeperModule.forRoot(config),
        MetricsModule.forRoot('core', config),
        HealthModule.forRoot({
          inject: [Database],
          checks: (database: Database) => [{ name: 'database', check: () => database.query('SELECT 1') }],
        }),
        AuthModule,
        RestModule,
        IdentityModule,
        ProjectsModule,
        SettingsModule,
        TokensModule,
        ...resources,
      ],
      providers: [FirstStart, CacheMetrics],
    };
  }
}
