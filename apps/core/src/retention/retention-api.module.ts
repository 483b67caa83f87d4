import { ExecutionsModule } from '@breakwater/executions';
import { RetentionPoliciesModule } from '@breakwater/retention';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { RetentionAccess } from './retention-access';
import { RetentionPoliciesController } from './retention-policies.controller';
import { RetentionRunsController } from './retention-runs.controller';

@Module({
  imports: [AuthModule, RetentionPoliciesModule, ExecutionsModule],
  controllers: [RetentionPoliciesController, RetentionRunsController],
  providers: [RetentionAccess],
})
export class RetentionApiModule {}
