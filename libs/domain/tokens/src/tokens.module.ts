import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LeaseModule } from '@breakwater/coherence';
import { SettingsModule } from '@breakwater/settings';
import { EpochChecker } from './epoch-checker';
import { SigningKey } from './signing-key.entity';
import { SigningKeys } from './signing-keys';
import { SigningKeysRepository } from './signing-keys.repository';
import { TokensService } from './tokens.service';

@Module({
  imports: [TypeOrmModule.forFeature([SigningKey]), SettingsModule, LeaseModule],
  providers: [TokensService, SigningKeys, SigningKeysRepository, EpochChecker],
  exports: [TokensService, SigningKeys],
})
export class TokensModule {}
