import { ArtifactViewsModule } from '@breakwater/artifacts';
import { Module } from '@nestjs/common';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { RepositoryTagsController } from './repository-tags.controller';

@Module({
  imports: [ArtifactViewsModule, AuthModule],
  controllers: [RepositoryTagsController],
  providers: [Actors],
})
export class TagsApiModule {}
