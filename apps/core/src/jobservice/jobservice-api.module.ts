import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { LiveModule } from '../live';
import { JobserviceController } from './jobservice.controller';

@Module({ imports: [AuthModule, ExecutionsModule, LiveModule], controllers: [JobserviceController] })
export class JobserviceApiModule {}
