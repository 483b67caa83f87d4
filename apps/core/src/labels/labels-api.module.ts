import { LabelsModule } from '@breakwater/artifacts';
import { Module } from '@nestjs/common';
import { AuthModule } from '../auth';
import { LabelAccess } from './label-access';
import { LabelsController } from './labels.controller';

@Module({ imports: [AuthModule, LabelsModule], controllers: [LabelsController], providers: [LabelAccess] })
export class LabelsApiModule {}
