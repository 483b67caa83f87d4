import { Project } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectScanner } from './project-scanner.entity';
import { ScannerCredentials } from './scanner-credentials';
import { ScannerRegistration } from './scanner-registration.entity';

/** Registrations at rest: for what asks no scanner. */
@Module({
  // Project only for the relation: the table is the projects library's.
  imports: [TypeOrmModule.forFeature([ScannerRegistration, ProjectScanner, Project]), SettingsModule],
  providers: [ScannerCredentials],
  exports: [ScannerCredentials],
})
export class ScannerCredentialsModule {}
