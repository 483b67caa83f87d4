import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { STORAGE_KEEPER, type StorageKeeper } from '@breakwater/platform';
import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { SubjectVerificationModule } from './subject-verification.module';
import { PendingSubjectsRepository } from './verification/pending-subjects.repository';
import { SignatureRounds } from './verification/signature-rounds';
import { SignatureSubscriber } from './verification/signature-subscriber';
import { SignatureVerification } from './verification/signature-verification';

const bytes = { inject: [STORAGE_KEEPER], useFactory: (keeper: StorageKeeper) => (key: string) => keeper.read(key) };

/** For the job service, which verifies whatever has changed. */
@Module({
  imports: [SubjectVerificationModule.forRoot(bytes), EventsModule, ExecutionsModule, TrustPoliciesModule],
  providers: [SignatureVerification, SignatureSubscriber, SignatureRounds, PendingSubjectsRepository],
  exports: [SignatureVerification, SignatureSubscriber, SignatureRounds],
})
export class SignatureVerificationModule {}
