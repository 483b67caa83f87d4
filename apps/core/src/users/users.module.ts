import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { AuditLogsApiModule } from '../audit-logs/audit-logs-api.module';
import { AuthModule } from '../auth';
import { CurrentUserController } from './current-user.controller';
import { PasswordsController } from './passwords.controller';
import { Registration } from './registration';
import { UserAccess } from './user-access';
import { UsersController } from './users.controller';

@Module({
  imports: [AuditLogsApiModule, AuthModule, IdentityModule, ProjectsModule, SettingsModule],
  // `current` before `:user_id`.
  controllers: [CurrentUserController, UsersController, PasswordsController],
  providers: [Registration, UserAccess],
  exports: [UserAccess],
})
export class UsersModule {}
