import { TrustPoliciesModule } from '@breakwater/trust-policies';
import { Module } from '@nestjs/common';
import { TrustMaterialsController } from './trust-materials.controller';
import { TrustPoliciesController } from './trust-policies.controller';

@Module({ imports: [TrustPoliciesModule], controllers: [TrustPoliciesController, TrustMaterialsController] })
export class TrustPoliciesApiModule {}
