import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { SignedTags } from './signed-tags.service';

@Module({
  imports: [TrustPoliciesModule],
  providers: [SignedTags],
  exports: [SignedTags],
})
export class SignedTagsModule {}
