import { EventsModule } from '@breakwater/events';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QuotaEvents } from './quota-events';
import { Quota } from './quota.entity';
import { QuotasRepository } from './quotas.repository';
import { QuotasService } from './quotas.service';

@Module({
  imports: [TypeOrmModule.forFeature([Quota]), EventsModule],
  providers: [QuotasService, QuotasRepository, QuotaEvents],
  exports: [QuotasService, QuotaEvents],
})
export class QuotasModule {}
