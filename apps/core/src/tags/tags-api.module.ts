import { ArtifactViewsModule } from '@breakwater/artifacts';
import { SigningViewsModule } from '@breakwater/signatures';
import { Module } from '@nestjs/common';
import { GatedTagsModule } from '../artifacts/gated-tags.module';
import { AuthModule } from '../auth';
import { RepositoryTagsController } from './repository-tags.controller';

@Module({
  imports: [ArtifactViewsModule, SigningViewsModule, GatedTagsModule, AuthModule],
  controllers: [RepositoryTagsController],
})
export class TagsApiModule {}
