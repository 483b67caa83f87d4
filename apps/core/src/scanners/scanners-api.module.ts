import { ScannersModule } from '@breakwater/scanners';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { ProjectScannerController } from './project-scanner.controller';
import { ScannersController } from './scanners.controller';

@Module({
  imports: [AuthModule, ScannersModule],
  controllers: [ScannersController, ProjectScannerController],
})
export class ScannersApiModule {}
