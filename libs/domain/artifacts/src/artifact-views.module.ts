import { ImmutabilityModule } from '@breakwater/immutability';
import { Module } from '@nestjs/common';
import { ArtifactsModule } from './artifacts.module';
import { ContentBytesRepository } from './bytes/content-bytes.repository';
import { ArtifactSearchRepository } from './search/artifact-search.repository';
import { ArtifactSearchService } from './search/artifact-search.service';
import { RepositorySearchRepository } from './search/repository-search.repository';
import { SearchCursors } from './search/search-cursors';
import { TagHistoryRepository } from './tag-history/tag-history.repository';
import { TagHistoryService } from './tag-history/tag-history.service';
import { RepositoryTagsRepository } from './tag-list/repository-tags.repository';
import { RepositoryTagsService } from './tag-list/repository-tags.service';

const services = [
  ArtifactSearchService,
  ContentBytesRepository,
  RepositorySearchRepository,
  RepositoryTagsService,
  TagHistoryService,
];

/** What Harbor has no list of: tags and where they pointed, artifacts of all projects, who needs which bytes. */
@Module({
  imports: [ArtifactsModule, ImmutabilityModule],
  providers: [...services, ArtifactSearchRepository, RepositoryTagsRepository, SearchCursors, TagHistoryRepository],
  exports: services,
})
export class ArtifactViewsModule {}
