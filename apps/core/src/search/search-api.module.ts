import { ArtifactViewsModule } from '@breakwater/artifacts';
import { ProjectsModule } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { SearchController } from './search.controller';

@Module({
  imports: [ArtifactViewsModule, ProjectsModule, AuthModule],
  controllers: [SearchController],
})
export class SearchApiModule {}
