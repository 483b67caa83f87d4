import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { CurrentUserController } from './current-user.controller';
import { UserAccess } from './user-access';
import { UsersController } from './users.controller';

@Module({
  imports: [IdentityModule, ProjectsModule],
  // `current` before `:user_id`.
  controllers: [CurrentUserController, UsersController],
  providers: [UserAccess],
})
export class UsersModule {}
