import { LabelsModule } from '@breakwater/artifacts';
import { AuditModule } from '@breakwater/audit';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { QuotasModule } from '@breakwater/quotas';
import { RetentionPoliciesModule } from '@breakwater/retention';
import { ScannersModule } from '@breakwater/scanners';
import { WebhooksModule } from '@breakwater/webhooks';
import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { AuditInterceptor } from './audit.interceptor';
import { AuditLogsController } from './audit-logs.controller';
import { AuditSubjects } from './audit-subjects';
import { PeopleSubjects } from './people-subjects';
import { PolicySubjects } from './policy-subjects';

@Module({
  imports: [
    AuditModule,
    AuthModule,
    IdentityModule,
    LabelsModule,
    ProjectsModule,
    QuotasModule,
    RetentionPoliciesModule,
    ScannersModule,
    WebhooksModule,
  ],
  controllers: [AuditLogsController],
  providers: [
    Actors,
    AuditSubjects,
    PeopleSubjects,
    PolicySubjects,
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
  exports: [Actors, AuditModule, AuditSubjects],
})
export class AuditLogsApiModule {}
