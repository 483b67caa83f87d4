import { QuotasModule } from '@breakwater/quotas';
import { Module } from '@nestjs/common';
import { QuotasController } from './quotas.controller';

@Module({ imports: [QuotasModule], controllers: [QuotasController] })
export class QuotasApiModule {}
