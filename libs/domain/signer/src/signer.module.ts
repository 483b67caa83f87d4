import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyVault } from './key-vault';
import { SealedKeys } from './sealed-keys';
import { SignerKey } from './signer-key.entity';
import { SignerKeys } from './signer-keys.service';
import { SignerKeysRepository } from './signer-keys.repository';
import { TokenKeys } from './token-keys';
import { WrappingKey } from './wrapping-key.entity';
import { WrappingKeys } from './wrapping-keys';

/** For notary-signer alone: it is told SIGNER_KEY and the PIN of the token, and nobody else is. */
@Module({
  imports: [TypeOrmModule.forFeature([SignerKey, WrappingKey])],
  providers: [SignerKeys, SignerKeysRepository, WrappingKeys, KeyVault, SealedKeys, TokenKeys],
  exports: [SignerKeys, WrappingKeys],
})
export class SignerModule {}
