import { ArtifactsModule, PullFolder } from '@breakwater/artifacts';
import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { ImmutabilityModule } from '@breakwater/immutability';
import { Project } from '@breakwater/projects';
import { SignedTagsModule } from '@breakwater/signed-tags';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RepositoryVerdicts } from './repository-verdicts';
import { RetentionJobRunner } from './retention-job';
import { RetentionPoliciesRepository } from './retention-policies.repository';
import { RetentionPolicy } from './retention-policy.entity';
import { RetentionRunsService } from './retention-runs.service';
import { UntaggedRetention } from './untagged-retention';

/** What runs of policies need. */
@Module({
  imports: [
    TypeOrmModule.forFeature([RetentionPolicy, Project]),
    ArtifactsModule,
    EventsModule,
    ExecutionsModule,
    ImmutabilityModule,
    SignedTagsModule,
  ],
  providers: [
    RetentionPoliciesRepository,
    RetentionRunsService,
    RepositoryVerdicts,
    RetentionJobRunner,
    UntaggedRetention,
    PullFolder,
  ],
  exports: [RetentionPoliciesRepository, RetentionRunsService, RetentionJobRunner, UntaggedRetention],
})
export class RetentionModule {}
