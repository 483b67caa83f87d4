import { ArtifactViewsModule } from '@breakwater/artifacts';
import { SigningViewsModule } from '@breakwater/signatures';
import { Module } from '@nestjs/common';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { RepositoryTagsController } from './repository-tags.controller';

@Module({
  imports: [ArtifactViewsModule, SigningViewsModule, AuthModule],
  controllers: [RepositoryTagsController],
  providers: [Actors],
})
export class TagsApiModule {}
