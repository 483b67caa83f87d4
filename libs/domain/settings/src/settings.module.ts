import { ChangesModule, LeaseModule } from '@breakwater/coherence';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CveAllowlistService } from './cve-allowlist.service';
import { ReadOnlyMode } from './read-only-mode';
import { SealingKeys } from './sealing-keys';
import { Setting } from './setting.entity';
import { SettingVault } from './setting-vault';
import { SettingsEnvironment } from './settings-environment';
import { SettingsRepository } from './settings.repository';
import { SettingsService } from './settings.service';

@Module({
  imports: [TypeOrmModule.forFeature([Setting]), ChangesModule, LeaseModule],
  providers: [
    SettingsService,
    SettingsEnvironment,
    SettingsRepository,
    SettingVault,
    SealingKeys,
    ReadOnlyMode,
    CveAllowlistService,
  ],
  exports: [SettingsService, SettingsEnvironment, SealingKeys, ReadOnlyMode, CveAllowlistService],
})
export class SettingsModule {}
