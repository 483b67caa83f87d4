import { Module } from '@nestjs/common';
import { ArtifactListsModule } from '@breakwater/artifacts';
import { ProjectsModule } from '@breakwater/projects';
import { ProjectsController } from './projects.controller';

@Module({ imports: [ProjectsModule, ArtifactListsModule], controllers: [ProjectsController] })
export class ProjectsApiModule {}
