import { ArtifactsModule, ArtifactViewsModule, CopyModule } from '@breakwater/artifacts';
import { bytesOfKeeper } from '@breakwater/signatures';
import { TrustGateModule } from '@breakwater/trust-gate';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { Actors } from './actors';
import { GatedReads } from './gated-reads';
import { GatedTags } from './gated-tags';

@Module({
  imports: [ArtifactsModule, ArtifactViewsModule, CopyModule, TrustGateModule.forRoot(bytesOfKeeper), AuthModule],
  providers: [GatedTags, GatedReads, Actors],
  exports: [GatedTags, GatedReads],
})
export class GatedTagsModule {}
