export { Signature } from './signature.entity';
export { SignatureState } from './signature-state.entity';
export { SignedTagMove } from './replacements/signed-tag-move.entity';
export { SignedTagSubscriber } from './replacements/signed-tag-subscriber';
export { ReplacementRounds } from './replacements/replacement-rounds';
export { SignatureVerificationModule } from './signature-verification.module';
export { SignatureRounds } from './verification/signature-rounds';
export { SignatureSubscriber } from './verification/signature-subscriber';
export { SignatureVerification } from './verification/signature-verification';
export { bytesOfKeeper, SubjectVerificationModule, type SignatureBytesProvider } from './subject-verification.module';
export { SubjectVerification } from './verification/subject-verification';
export { SigningViewsModule } from './signing-views.module';
export { moveFacts, signingFacts } from './signing-facts.sql';
export type { SigningFacts, AssessedSigning } from './status/signing-facts';
export type { SigningReason, SigningStatus } from './status/signing-status';
export {
  SigningViews,
  type MoveFacts,
  type MoveSigning,
  type SigningView,
  type TagSigning,
} from './views/signing-views.service';
