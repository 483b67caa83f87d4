import { Module } from '@nestjs/common';
import { ArtifactListsModule } from '@breakwater/artifacts';
import { SettingsModule } from '@breakwater/settings';
import { AuthModule } from '../auth';
import { Exporter } from '../metrics/exporter';
import { HealthService } from './health.service';
import { SystemInfoService } from './system-info.service';
import { SystemController } from './system.controller';

@Module({
  imports: [ArtifactListsModule, SettingsModule, AuthModule],
  controllers: [SystemController],
  providers: [HealthService, SystemInfoService, Exporter],
})
export class SystemApiModule {}
