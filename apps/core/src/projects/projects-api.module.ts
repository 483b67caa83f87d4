import { Module } from '@nestjs/common';
import { ArtifactListsModule, ProjectRemovalModule } from '@breakwater/artifacts';
import { ExecutionsModule } from '@breakwater/executions';
import { ProjectsModule } from '@breakwater/projects';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { ProjectDeletionsController } from './project-deletions.controller';
import { ProjectsController } from './projects.controller';

@Module({
  imports: [ProjectsModule, ArtifactListsModule, ProjectRemovalModule, ExecutionsModule, AuthModule],
  controllers: [ProjectsController, ProjectDeletionsController],
  providers: [Actors],
})
export class ProjectsApiModule {}
