import { EventsModule } from '@breakwater/events';
import { Module } from '@nestjs/common';
import { PullEvents } from './pull-events';

/** For the process that serves pulls. */
@Module({ imports: [EventsModule], providers: [PullEvents], exports: [PullEvents] })
export class PullEventsModule {}
