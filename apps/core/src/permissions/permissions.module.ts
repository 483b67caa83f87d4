import { Module } from '@nestjs/common';
import { ProjectsModule } from '@breakwater/projects';
import { PermissionsController } from './permissions.controller';

@Module({ imports: [ProjectsModule], controllers: [PermissionsController] })
export class PermissionsModule {}
