import { ArtifactsModule } from '@breakwater/artifacts';
import { LeaseModule } from '@breakwater/coherence';
import { SigningViewsModule, SubjectVerificationModule, type SignatureBytesProvider } from '@breakwater/signatures';
import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module, type DynamicModule } from '@nestjs/common';
import { PullGate } from './pull-gate.service';
import { StoredManifestsRepository } from './stored-manifests.repository';
import { TaggingGate } from './tagging-gate.service';
import { TrustGate } from './trust-gate.service';

/** For whoever hands images out or names them. `bytes`: how signatures are read that were never verified. */
@Module({})
export class TrustGateModule {
  static forRoot(bytes: SignatureBytesProvider): DynamicModule {
    return {
      module: TrustGateModule,
      imports: [
        SubjectVerificationModule.forRoot(bytes),
        SigningViewsModule,
        TrustPoliciesModule,
        LeaseModule,
        ArtifactsModule,
      ],
      providers: [TrustGate, PullGate, TaggingGate, StoredManifestsRepository],
      exports: [TrustGate, PullGate, TaggingGate],
    };
  }
}
