import { Module } from '@nestjs/common';
import {
  AdditionsRepository,
  AdditionsService,
  ArtifactListsModule,
  ArtifactsModule,
  BLOB_READER,
  IconsRepository,
  IconsService,
  LabelsModule,
} from '@breakwater/artifacts';
import { AuthModule } from '../auth';
import { Actors } from './actors';
import { AdditionsController } from './additions.controller';
import { ArtifactLabelsController } from './artifact-labels.controller';
import { ArtifactsController } from './artifacts.controller';
import { CopyController } from './copy.controller';
import { GatedTagsModule } from './gated-tags.module';
import { DeletedArtifactsController } from './deleted-artifacts.controller';
import { IconsController } from './icons.controller';
import { RegistryBlobs } from './registry-blobs';
import { TagsController } from './tags.controller';

@Module({
  imports: [ArtifactsModule, ArtifactListsModule, GatedTagsModule, LabelsModule, AuthModule],
  controllers: [
    ArtifactsController,
    CopyController,
    AdditionsController,
    ArtifactLabelsController,
    TagsController,
    DeletedArtifactsController,
    IconsController,
  ],
  providers: [
    Actors,
    AdditionsService,
    AdditionsRepository,
    IconsService,
    IconsRepository,
    { provide: BLOB_READER, useClass: RegistryBlobs },
  ],
})
export class ArtifactsApiModule {}
