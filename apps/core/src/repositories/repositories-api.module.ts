import { Module } from '@nestjs/common';
import { ArtifactListsModule, ArtifactsModule } from '@breakwater/artifacts';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { RepositoriesController } from './repositories.controller';

@Module({
  imports: [ArtifactsModule, ArtifactListsModule, AuthModule],
  controllers: [RepositoriesController],
  providers: [Actors],
})
export class RepositoriesApiModule {}
