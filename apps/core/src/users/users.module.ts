import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { AuthModule } from '../auth';
import { CurrentUserController } from './current-user.controller';
import { SelfRegistration } from './self-registration';
import { UserAccess } from './user-access';
import { UsersController } from './users.controller';

@Module({
  imports: [AuthModule, IdentityModule, ProjectsModule, SettingsModule],
  // `current` before `:user_id`.
  controllers: [CurrentUserController, UsersController],
  providers: [SelfRegistration, UserAccess],
  exports: [UserAccess],
})
export class UsersModule {}
