import { EventsModule } from '@breakwater/events';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QuotaEvents } from './quota-events';
import { Quota } from './quota.entity';
import { QuotaListRepository } from './quota-list.repository';
import { QuotasRepository } from './quotas.repository';
import { QuotasService } from './quotas.service';

@Module({
  imports: [TypeOrmModule.forFeature([Quota]), EventsModule, SettingsModule],
  providers: [QuotasService, QuotasRepository, QuotaListRepository, QuotaEvents],
  exports: [QuotasService, QuotaListRepository, QuotaEvents],
})
export class QuotasModule {}
