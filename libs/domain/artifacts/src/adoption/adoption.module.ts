import { ChangesModule } from '@breakwater/coherence';
import { QuotasModule } from '@breakwater/quotas';
import { Module } from '@nestjs/common';
import { AccessoriesRepository } from '../artifact/accessories.repository';
import { AdoptionTransactions } from './adoption-transactions';
import { AdoptionRepository } from './adoption.repository';
import { AdoptionService } from './adoption.service';
import { ArtifactRecorder } from '../manifests/artifact-recorder';
import { ArtifactsModule } from '../artifacts.module';

/** For imports: rows for what lies in storage already. */
@Module({
  imports: [ArtifactsModule, QuotasModule, ChangesModule],
  providers: [AdoptionService, AdoptionTransactions, AdoptionRepository, ArtifactRecorder, AccessoriesRepository],
  exports: [AdoptionService],
})
export class AdoptionModule {}
