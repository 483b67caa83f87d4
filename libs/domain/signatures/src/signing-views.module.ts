import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { SigningViewsRepository } from './views/signing-views.repository';
import { SigningViews } from './views/signing-views.service';

/** For who asks whether something is signed; nothing is verified here. */
@Module({
  imports: [TrustPoliciesModule],
  providers: [SigningViews, SigningViewsRepository],
  exports: [SigningViews],
})
export class SigningViewsModule {}
