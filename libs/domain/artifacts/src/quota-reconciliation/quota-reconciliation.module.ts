import { QuotasModule } from '@breakwater/quotas';
import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts.module';
import { QuotaDriftRepository } from './quota-drift.repository';
import { QuotaReconciliation } from './quota-reconciliation.service';

/** For the job service. */
@Module({
  imports: [ArtifactsModule, QuotasModule],
  providers: [QuotaReconciliation, QuotaDriftRepository],
  exports: [QuotaReconciliation],
})
export class QuotaReconciliationModule {}
