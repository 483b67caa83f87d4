import { EventsModule } from '@breakwater/events';
import { QuotasModule } from '@breakwater/quotas';
import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts.module';
import { ArtifactCopies } from './artifact-copies.repository';
import { ArtifactCopyService } from './artifact-copy.service';

@Module({
  imports: [ArtifactsModule, EventsModule, QuotasModule],
  providers: [ArtifactCopies, ArtifactCopyService],
  exports: [ArtifactCopyService],
})
export class CopyModule {}
