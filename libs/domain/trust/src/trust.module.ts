import { ChangesModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangeNews } from './change-news';
import { ServerSignatures } from './server-signatures';
import { TrustChange } from './trust-change.entity';
import { TrustData } from './trust-data.service';
import { TrustFile } from './trust-file.entity';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustKeys } from './trust-keys';
import { TrustPublisher } from './trust-publisher';
import { TrustReader } from './trust-reader';
import { TrustRefresher } from './trust-refresher';
import { TrustRepositoriesRepository } from './trust-repositories.repository';
import { TrustRepository } from './trust-repository.entity';
import { TrustStates } from './trust-state';
import { TrustTarget } from './trust-target.entity';
import { UpcomingRefreshes } from './upcoming-refreshes';

/** For notary-server, which brings a TRUST_SIGNER. */
@Module({
  imports: [
    TypeOrmModule.forFeature([TrustRepository, TrustFile, TrustChange, TrustTarget]),
    EventsModule,
    ChangesModule,
  ],
  providers: [
    TrustPublisher,
    TrustReader,
    TrustRefresher,
    UpcomingRefreshes,
    TrustKeys,
    TrustData,
    ChangeNews,
    TrustStates,
    ServerSignatures,
    TrustFilesRepository,
    TrustRepositoriesRepository,
  ],
  exports: [TrustPublisher, TrustReader, UpcomingRefreshes, TrustKeys, TrustData],
})
export class TrustModule {}
