import { Module } from '@nestjs/common';
import { ArtifactListsModule } from '@breakwater/artifacts';
import { ExecutionsModule } from '@breakwater/executions';
import { SettingsModule } from '@breakwater/settings';
import { AuthModule } from '../auth';
import { CertificateMetrics } from '../metrics/certificate-metrics';
import { Exporter } from '../metrics/exporter';
import { QueueFigures } from '../metrics/queue-figures';
import { HealthService } from './health.service';
import { StorageInfoService } from './storage-info.service';
import { SystemInfoService } from './system-info.service';
import { SystemController } from './system.controller';

@Module({
  imports: [ArtifactListsModule, SettingsModule, AuthModule, ExecutionsModule],
  controllers: [SystemController],
  providers: [HealthService, StorageInfoService, SystemInfoService, CertificateMetrics, Exporter, QueueFigures],
})
export class SystemApiModule {}
