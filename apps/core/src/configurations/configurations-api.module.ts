import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { CveAllowlistController } from './cve-allowlist.controller';
import { ConfigurationsController } from './configurations.controller';

@Module({ imports: [SettingsModule], controllers: [ConfigurationsController, CveAllowlistController] })
export class ConfigurationsApiModule {}
