import { Module } from '@nestjs/common';
import { SettingsModule } from '@breakwater/settings';
import { IdentityModule } from '../identity.module';
import { SessionStore } from './session-store';
import { SessionsService } from './sessions.service';

/** For the process that browsers talk to; it has a Redis. */
@Module({
  imports: [IdentityModule, SettingsModule],
  providers: [SessionsService, SessionStore],
  exports: [SessionsService],
})
export class SessionsModule {}
