import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheLease } from './cache-lease.entity';
import { Changes } from './changes';
import { LeaseHolder } from './lease-holder';

/** For every process that changes what others may have cached. */
@Module({ imports: [TypeOrmModule.forFeature([CacheLease])], providers: [Changes], exports: [Changes] })
export class ChangesModule {}

/** For the processes that answer from caches. */
@Module({ providers: [LeaseHolder], exports: [LeaseHolder] })
export class LeaseModule {}
