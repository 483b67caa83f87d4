import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { AuthModule } from '../auth';
import { RobotAccess } from './robot-access';
import { RobotsController } from './robots.controller';

@Module({ imports: [AuthModule, IdentityModule], controllers: [RobotsController], providers: [RobotAccess] })
export class RobotsModule {}
