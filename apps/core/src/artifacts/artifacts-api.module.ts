import { Module } from '@nestjs/common';
import { ArtifactListsModule, ArtifactsModule } from '@breakwater/artifacts';
import { AuthModule } from '../auth';
import { Actors } from './actors';
import { ArtifactsController } from './artifacts.controller';
import { DeletedArtifactsController } from './deleted-artifacts.controller';
import { TagsController } from './tags.controller';

@Module({
  imports: [ArtifactsModule, ArtifactListsModule, AuthModule],
  controllers: [ArtifactsController, TagsController, DeletedArtifactsController],
  providers: [Actors],
})
export class ArtifactsApiModule {}
