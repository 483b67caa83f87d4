import { ArtifactsModule, PullFolder } from '@breakwater/artifacts';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { ImmutabilityModule } from '@breakwater/immutability';
import { Project, ProjectsModule } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RepositoryVerdicts } from './repository-verdicts';
import { RetentionJobRunner } from './retention-job';
import { RetentionPoliciesRepository } from './retention-policies.repository';
import { RetentionPoliciesService } from './retention-policies.service';
import { RetentionPolicy } from './retention-policy.entity';
import { RetentionRunsService } from './retention-runs.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([RetentionPolicy, Project]),
    ArtifactsModule,
    EventsModule,
    ExecutionsModule,
    ImmutabilityModule,
    ProjectsModule,
  ],
  providers: [
    RetentionPoliciesService,
    RetentionPoliciesRepository,
    RetentionRunsService,
    RepositoryVerdicts,
    RetentionJobRunner,
    PullFolder,
  ],
  exports: [RetentionPoliciesService, RetentionRunsService, RetentionJobRunner],
})
export class RetentionModule {}
