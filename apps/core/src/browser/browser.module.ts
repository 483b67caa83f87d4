import { Module } from '@nestjs/common';
import { EventsModule } from '@breakwater/events';
import { IdentityModule, SessionsModule } from '@breakwater/identity';
import { SettingsModule } from '@breakwater/settings';
import { AuthModule } from '../auth';
import { BrowserSessions } from './browser-sessions';
import { BrowserController } from './browser.controller';
import { SignInAudit } from './sign-in-audit';

@Module({
  imports: [AuthModule, EventsModule, IdentityModule, SessionsModule, SettingsModule],
  controllers: [BrowserController],
  providers: [BrowserSessions, SignInAudit],
})
export class BrowserModule {}
