import { Module, type DynamicModule } from '@nestjs/common';
import { HttpTrustSigner, type TrustSignerSettings } from './http-trust-signer';
import { TRUST_SIGNER } from './trust-signer';

/** `@Inject(TRUST_SIGNER) signer: TrustSigner`. */
@Module({})
export class TrustSignerModule {
  static forRoot(config: TrustSignerSettings): DynamicModule {
    return {
      module: TrustSignerModule,
      global: true,
      providers: [{ provide: TRUST_SIGNER, useValue: new HttpTrustSigner(config) }],
      exports: [TRUST_SIGNER],
    };
  }
}
