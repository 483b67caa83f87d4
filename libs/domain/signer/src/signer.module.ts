import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyVault } from './key-vault';
import { SignerKey } from './signer-key.entity';
import { SignerKeys } from './signer-keys.service';
import { SignerKeysRepository } from './signer-keys.repository';
import { WrappingKey } from './wrapping-key.entity';
import { WrappingKeys } from './wrapping-keys';

/** For notary-signer alone: it is told SIGNER_KEY, and nobody else is. */
@Module({
  imports: [TypeOrmModule.forFeature([SignerKey, WrappingKey])],
  providers: [SignerKeys, SignerKeysRepository, WrappingKeys, KeyVault],
  exports: [SignerKeys, WrappingKeys],
})
export class SignerModule {}
