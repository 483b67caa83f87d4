import { ArtifactListsModule, ArtifactViewsModule } from '@breakwater/artifacts';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { StorageController } from './storage.controller';

@Module({
  imports: [ArtifactViewsModule, ArtifactListsModule, AuthModule],
  controllers: [StorageController],
})
export class StorageApiModule {}
