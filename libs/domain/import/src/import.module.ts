import { ExecutionsModule } from '@breakwater/executions';
import { Module } from '@nestjs/common';
import { ImportService } from './import.service';

/** For core, where it is asked for. */
@Module({ imports: [ExecutionsModule], providers: [ImportService], exports: [ImportService] })
export class ImportModule {}
