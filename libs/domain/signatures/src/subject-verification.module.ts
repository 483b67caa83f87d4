import { ArtifactsModule, Repository } from '@breakwater/artifacts';
import { ChangesModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RevocationFetcher } from './revocation/revocation-fetcher';
import { SignatureState } from './signature-state.entity';
import { SignatureStatesRepository } from './signature-states.repository';
import { Signature } from './signature.entity';
import { SignaturesRepository } from './signatures.repository';
import { SIGNATURE_BYTES, type SignatureBytes } from './verification/signature-bytes';
import { StatusAnnouncer } from './verification/status-announcer';
import { SubjectVerification } from './verification/subject-verification';
import { SubjectVerifier } from './verification/subject-verifier';

/** How a process reads the bytes of signatures. */
export type SignatureBytesProvider = Omit<FactoryProvider<SignatureBytes>, 'provide'>;

/** Through registryctl, for processes that have no store of their own. */
export const bytesOfKeeper: SignatureBytesProvider = {
  inject: [STORAGE_KEEPER],
  useFactory: (keeper: StorageKeeper) => (key) => keeper.read(key),
};

/** Verifies single digests, for whoever has bytes. */
@Module({})
export class SubjectVerificationModule {
  static forRoot(bytes: SignatureBytesProvider): DynamicModule {
    return {
      module: SubjectVerificationModule,
      imports: [
        TypeOrmModule.forFeature([Signature, SignatureState, Repository]),
        ArtifactsModule,
        ChangesModule,
        EventsModule,
        TrustPoliciesModule,
      ],
      providers: [
        { provide: SIGNATURE_BYTES, ...bytes },
        SubjectVerification,
        SubjectVerifier,
        RevocationFetcher,
        StatusAnnouncer,
        SignaturesRepository,
        SignatureStatesRepository,
      ],
      exports: [SubjectVerification, StatusAnnouncer, SignaturesRepository],
    };
  }
}
