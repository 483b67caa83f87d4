import { Module } from '@nestjs/common';
import { LabelsRepository } from './labels.repository';
import { LabelsService } from './labels.service';

@Module({ providers: [LabelsRepository, LabelsService], exports: [LabelsService] })
export class LabelsModule {}
