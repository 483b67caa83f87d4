import { ExecutionsModule } from '@breakwater/executions';
import { ImportModule } from '@breakwater/import';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { LiveModule } from '../live';
import { ImportsController } from './imports.controller';

@Module({ imports: [AuthModule, ExecutionsModule, ImportModule, LiveModule], controllers: [ImportsController] })
export class ImportsApiModule {}
