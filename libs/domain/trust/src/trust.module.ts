import { Module } from '@nestjs/common';
import { ServerSignatures } from './server-signatures';
import { TrustKeySweep } from './trust-key-sweep';
import { TrustKeys } from './trust-keys';
import { TrustPublisher } from './trust-publisher';
import { TrustReader } from './trust-reader';
import { TrustRecordsModule } from './trust-records.module';
import { TrustRefresher } from './trust-refresher';
import { UpcomingRefreshes } from './upcoming-refreshes';

/** For notary-server, which brings a TRUST_SIGNER. */
@Module({
  imports: [TrustRecordsModule],
  providers: [
    TrustPublisher,
    TrustReader,
    TrustRefresher,
    UpcomingRefreshes,
    TrustKeys,
    TrustKeySweep,
    ServerSignatures,
  ],
  exports: [TrustRecordsModule, TrustPublisher, TrustReader, UpcomingRefreshes, TrustKeys, TrustKeySweep],
})
export class TrustModule {}
