import { Module } from '@nestjs/common';
import { AuditModule } from '@breakwater/audit';
import { IdentityModule, SessionsModule } from '@breakwater/identity';
import { SettingsModule } from '@breakwater/settings';
import { AuthModule } from '../auth';
import { BrowserSessions } from './browser-sessions';
import { BrowserController } from './browser.controller';

@Module({
  imports: [AuditModule, AuthModule, IdentityModule, SessionsModule, SettingsModule],
  controllers: [BrowserController],
  providers: [BrowserSessions],
})
export class BrowserModule {}
