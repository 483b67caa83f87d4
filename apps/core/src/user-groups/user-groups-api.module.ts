import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { UserGroupsController } from './user-groups.controller';

@Module({ imports: [IdentityModule, ProjectsModule], controllers: [UserGroupsController] })
export class UserGroupsApiModule {}
