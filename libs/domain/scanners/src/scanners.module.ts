import { Module } from '@nestjs/common';
import { ScannerClient } from './scanner-client';
import { ScannerCredentialsModule } from './scanner-credentials.module';
import { ScannerMetadata } from './scanner-metadata';
import { ScannersRepository } from './scanners.repository';
import { ScannersService } from './scanners.service';

@Module({
  imports: [ScannerCredentialsModule],
  providers: [ScannersService, ScannersRepository, ScannerClient, ScannerMetadata],
  exports: [ScannersService],
})
export class ScannersModule {}
