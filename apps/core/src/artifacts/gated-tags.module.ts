import { ArtifactsModule, ArtifactViewsModule, CopyModule } from '@breakwater/artifacts';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { TrustGateModule } from '@breakwater/trust-gate';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { Actors } from './actors';
import { GatedReads } from './gated-reads';
import { GatedTags } from './gated-tags';

/** Signatures that nobody has verified yet are read through registryctl. */
const bytes = { inject: [STORAGE_KEEPER], useFactory: (keeper: StorageKeeper) => (key: string) => keeper.read(key) };

@Module({
  imports: [ArtifactsModule, ArtifactViewsModule, CopyModule, TrustGateModule.forRoot(bytes), AuthModule],
  providers: [GatedTags, GatedReads, Actors],
  exports: [GatedTags, GatedReads],
})
export class GatedTagsModule {}
