import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { AuditPurgeRepository } from './audit-purge.repository';
import { AuditPurgeService } from './audit-purge.service';

/** Apart from `EventsModule`: who only writes events needs no queues. */
@Module({
  imports: [ExecutionsModule],
  providers: [AuditPurgeService, AuditPurgeRepository],
  exports: [AuditPurgeService],
})
export class AuditPurgeModule {}
