import { AdoptionModule } from '@breakwater/artifacts';
import { ProjectCreationModule } from '@breakwater/projects';
import { Module } from '@nestjs/common';
import { ManifestReader } from './manifest-reader';
import { StorageImport } from './storage-import';

/** For the job service, which does it. Needs STORAGE_KEEPER. */
@Module({
  imports: [AdoptionModule, ProjectCreationModule],
  providers: [StorageImport, ManifestReader],
  exports: [StorageImport],
})
export class ImportRunModule {}
