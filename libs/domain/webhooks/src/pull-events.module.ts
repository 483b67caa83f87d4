import { EventsModule } from '@breakwater/events';
import { SettingsModule } from '@breakwater/settings';
import { Module } from '@nestjs/common';
import { PullEvents } from './pull-events';

/** For the process that serves pulls. */
@Module({ imports: [EventsModule, SettingsModule], providers: [PullEvents], exports: [PullEvents] })
export class PullEventsModule {}
