import { ChangesModule } from '@breakwater/coherence';
import { EventsModule } from '@breakwater/events';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangeNews } from './change-news';
import { SupersededFilesRepository } from './superseded-files.repository';
import { TrustChange } from './trust-change.entity';
import { TrustData } from './trust-data.service';
import { TrustFile } from './trust-file.entity';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustKeyRemoval } from './trust-key-removal.entity';
import { TrustKeyRemovalsRepository } from './trust-key-removals.repository';
import { TrustOverviews } from './trust-overviews.service';
import { TrustPruning } from './trust-pruning.service';
import { TrustRepositoriesRepository } from './trust-repositories.repository';
import { TrustRepository } from './trust-repository.entity';
import { TrustStates } from './trust-state';
import { TrustTarget } from './trust-target.entity';

/** Trust data as rows, for who shows it or takes it away; nothing is signed here. */
@Module({
  imports: [
    TypeOrmModule.forFeature([TrustRepository, TrustFile, TrustChange, TrustTarget, TrustKeyRemoval]),
    EventsModule,
    ChangesModule,
  ],
  providers: [
    TrustData,
    ChangeNews,
    TrustOverviews,
    TrustPruning,
    TrustStates,
    TrustFilesRepository,
    TrustRepositoriesRepository,
    TrustKeyRemovalsRepository,
    SupersededFilesRepository,
  ],
  exports: [
    TrustData,
    ChangeNews,
    TrustOverviews,
    TrustPruning,
    TrustStates,
    TrustFilesRepository,
    TrustRepositoriesRepository,
    TrustKeyRemovalsRepository,
  ],
})
export class TrustRecordsModule {}
