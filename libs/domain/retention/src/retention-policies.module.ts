import { ExecutionsModule } from '@breakwater/executions';
import { ProjectsModule } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { RetentionPoliciesService } from './retention-policies.service';
import { RetentionModule } from './retention.module';

/** Policies and their runs, for the process that manages projects. */
@Module({
  imports: [RetentionModule, ProjectsModule, ExecutionsModule],
  providers: [RetentionPoliciesService],
  exports: [RetentionPoliciesService, RetentionModule],
})
export class RetentionPoliciesModule {}
