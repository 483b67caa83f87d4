import { ImmutabilityModule } from '@breakwater/immutability';
import { ProjectsModule } from '@breakwater/projects';
import { TrustRecordsModule } from '@breakwater/trust';
import { Module } from '@nestjs/common';
import { ArtifactListRepository } from './artifact-list.repository';
import { ArtifactListService } from './artifact-list.service';
import { DeletedArtifactListRepository } from './deleted-artifact-list.repository';
import { DeletedArtifactsRepository } from './deletion/deleted-artifacts.repository';
import { ProjectDeletionService } from './project-removal/project-deletion.service';
import { ProjectFiguresRepository } from './statistics/project-figures.repository';
import { RepositoryListRepository } from './repository-list.repository';
import { RepositoryListService } from './repository-list.service';
import { StatisticsRepository } from './statistics/statistics.repository';
import { TagListRepository } from './tag-list.repository';

/** What the management API reads of repositories, artifacts and tags: no process that only moves bytes needs it. */
@Module({
  imports: [ProjectsModule, ImmutabilityModule, TrustRecordsModule],
  providers: [
    ArtifactListRepository,
    ArtifactListService,
    DeletedArtifactListRepository,
    DeletedArtifactsRepository,
    ProjectDeletionService,
    ProjectFiguresRepository,
    RepositoryListRepository,
    RepositoryListService,
    StatisticsRepository,
    TagListRepository,
  ],
  exports: [
    ArtifactListService,
    DeletedArtifactListRepository,
    RepositoryListService,
    ProjectDeletionService,
    ProjectFiguresRepository,
    StatisticsRepository,
  ],
})
export class ArtifactListsModule {}
