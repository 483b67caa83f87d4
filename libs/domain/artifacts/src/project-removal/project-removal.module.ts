import { EventsModule } from '@breakwater/events';
import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { ArtifactListsModule } from '../artifact-lists.module';
import { ArtifactsModule } from '../artifacts.module';
import { ProjectContentRemoval } from './project-content-removal';
import { ProjectRemovalService } from './project-removal.service';

/** Deleting projects that hold something: for who starts it and for who does it. */
@Module({
  imports: [ArtifactsModule, ArtifactListsModule, EventsModule, ExecutionsModule],
  providers: [ProjectRemovalService, ProjectContentRemoval],
  exports: [ProjectRemovalService],
})
export class ProjectRemovalModule {}
