import { AuditModule } from '@breakwater/audit';
import { TrustRecordsModule } from '@breakwater/trust';
import { Module } from '@nestjs/common';
import { Actors } from '../artifacts/actors';
import { AuthModule } from '../auth';
import { TrustDataController } from './trust-data.controller';

@Module({
  imports: [AuditModule, AuthModule, TrustRecordsModule],
  controllers: [TrustDataController],
  providers: [Actors],
})
export class TrustDataApiModule {}
