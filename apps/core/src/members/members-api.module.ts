import { Module } from '@nestjs/common';
import { ProjectsModule } from '@breakwater/projects';
import { MembersController } from './members.controller';

@Module({ imports: [ProjectsModule], controllers: [MembersController] })
export class MembersApiModule {}
