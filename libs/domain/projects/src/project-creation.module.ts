import { ChangesModule } from '@breakwater/coherence';
import { QuotasModule } from '@breakwater/quotas';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MembersRepository } from './members.repository';
import { ProjectCreationService } from './project-creation.service';
import { ProjectMember } from './project-member.entity';
import { ProjectMetadata } from './project-metadata.entity';
import { Project } from './project.entity';
import { ProjectsRepository } from './projects.repository';

/** Making projects, for processes that know nobody's password. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Project, ProjectMetadata, ProjectMember]),
    ChangesModule,
    QuotasModule,
    SettingsModule,
  ],
  providers: [ProjectCreationService, ProjectsRepository, MembersRepository],
  exports: [ProjectCreationService],
})
export class ProjectCreationModule {}
