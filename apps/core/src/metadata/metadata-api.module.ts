import { Module } from '@nestjs/common';
import { ProjectsModule } from '@breakwater/projects';
import { MetadataController } from './metadata.controller';

@Module({ imports: [ProjectsModule], controllers: [MetadataController] })
export class MetadataApiModule {}
