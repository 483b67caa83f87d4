import { AuditModule } from '@breakwater/audit';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { QuotasModule } from '@breakwater/quotas';
import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { AuditInterceptor } from './audit.interceptor';
import { AuditLogsController } from './audit-logs.controller';
import { AuditSubjects } from './audit-subjects';

@Module({
  imports: [AuditModule, AuthModule, IdentityModule, ProjectsModule, QuotasModule],
  controllers: [AuditLogsController],
  providers: [Actors, AuditSubjects, { provide: APP_INTERCEPTOR, useClass: AuditInterceptor }],
})
export class AuditLogsApiModule {}
