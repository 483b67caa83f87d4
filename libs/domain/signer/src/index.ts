export { SignerKey } from './signer-key.entity';
export { SignerKeys } from './signer-keys.service';
export { SignerModule } from './signer.module';
export { WrappingKey } from './wrapping-key.entity';
export { WrappingKeys } from './wrapping-keys';
