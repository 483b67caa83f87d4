import { Module } from '@nestjs/common';
import { ApiPageController } from './api-page.controller';

@Module({ controllers: [ApiPageController] })
export class ApiPageModule {}
