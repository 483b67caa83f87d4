import { Repository, TagHistory } from '@breakwater/artifacts';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ReplacementRounds } from './replacements/replacement-rounds';
import { SignedTagMove } from './replacements/signed-tag-move.entity';
import { SignedTagMovesRepository } from './replacements/signed-tag-moves.repository';
import { SignedTagSubscriber } from './replacements/signed-tag-subscriber';
import { bytesOfKeeper, SubjectVerificationModule } from './subject-verification.module';
import { PendingSubjectsRepository } from './verification/pending-subjects.repository';
import { SignatureRounds } from './verification/signature-rounds';
import { SignatureSubscriber } from './verification/signature-subscriber';
import { SignatureVerification } from './verification/signature-verification';

/** For the job service, which verifies whatever has changed. */
@Module({
  imports: [
    TypeOrmModule.forFeature([SignedTagMove, Repository, TagHistory]),
    SubjectVerificationModule.forRoot(bytesOfKeeper),
    EventsModule,
    ExecutionsModule,
    TrustPoliciesModule,
  ],
  providers: [
    SignatureVerification,
    SignatureSubscriber,
    SignatureRounds,
    PendingSubjectsRepository,
    SignedTagMovesRepository,
    SignedTagSubscriber,
    ReplacementRounds,
  ],
  exports: [SignatureVerification, SignatureSubscriber, SignatureRounds, SignedTagSubscriber, ReplacementRounds],
})
export class SignatureVerificationModule {}
