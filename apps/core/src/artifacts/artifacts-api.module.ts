import { Module } from '@nestjs/common';
import { ArtifactListsModule, ArtifactsModule } from '@breakwater/artifacts';
import { AuthModule } from '../auth';
import { Actors } from './actors';
import { ArtifactsController } from './artifacts.controller';
import { TagsController } from './tags.controller';

@Module({
  imports: [ArtifactsModule, ArtifactListsModule, AuthModule],
  controllers: [ArtifactsController, TagsController],
  providers: [Actors],
})
export class ArtifactsApiModule {}
