import { ArtifactsModule, Repository } from '@breakwater/artifacts';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SignatureState } from './signature-state.entity';
import { SignatureStatesRepository } from './signature-states.repository';
import { Signature } from './signature.entity';
import { SignaturesRepository } from './signatures.repository';
import { PendingSubjectsRepository } from './verification/pending-subjects.repository';
import { SignatureRounds } from './verification/signature-rounds';
import { SignatureSubscriber } from './verification/signature-subscriber';
import { SignatureVerification } from './verification/signature-verification';
import { StatusAnnouncer } from './verification/status-announcer';
import { SubjectVerifier } from './verification/subject-verifier';

/** For the job service, which verifies. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Signature, SignatureState, Repository]),
    ArtifactsModule,
    EventsModule,
    ExecutionsModule,
    TrustPoliciesModule,
  ],
  providers: [
    SignatureVerification,
    SignatureSubscriber,
    SignatureRounds,
    SubjectVerifier,
    StatusAnnouncer,
    SignaturesRepository,
    SignatureStatesRepository,
    PendingSubjectsRepository,
  ],
  exports: [SignatureVerification, SignatureSubscriber, SignatureRounds],
})
export class SignatureVerificationModule {}
