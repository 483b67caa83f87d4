import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule, LeaseModule } from '@breakwater/coherence';
import { IdentityModule } from '@breakwater/identity';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { KnownProjectFacts } from './known-project-facts';
import { MembersRepository } from './members.repository';
import { MembersService } from './members.service';
import { ProjectCreationService } from './project-creation.service';
import { ProjectFactsRepository } from './project-facts.repository';
import { ProjectMember } from './project-member.entity';
import { ProjectMetadata } from './project-metadata.entity';
import { ProjectMetadataService } from './project-metadata.service';
import { ProjectSummaryRepository } from './project-summary.repository';
import { ProjectSummaryService } from './project-summary.service';
import { Project } from './project.entity';
import { ProjectsRepository } from './projects.repository';
import { ProjectsService } from './projects.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([Project, ProjectMetadata, ProjectMember]),
    ChangesModule,
    LeaseModule,
    IdentityModule,
    QuotasModule,
    SettingsModule,
  ],
  providers: [
    ProjectsService,
    ProjectCreationService,
    ProjectMetadataService,
    ProjectSummaryService,
    ProjectSummaryRepository,
    MembersService,
    ProjectsRepository,
    ProjectFactsRepository,
    KnownProjectFacts,
    MembersRepository,
  ],
  exports: [
    ProjectsService,
    ProjectCreationService,
    ProjectMetadataService,
    ProjectSummaryService,
    KnownProjectFacts,
    MembersService,
  ],
})
export class ProjectsModule {}
