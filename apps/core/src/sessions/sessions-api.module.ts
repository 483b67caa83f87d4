import { Module } from '@nestjs/common';
import { IdentityModule, SessionsModule } from '@breakwater/identity';
import { UsersModule } from '../users/users.module';
import { SessionsController } from './sessions.controller';

@Module({ imports: [IdentityModule, SessionsModule, UsersModule], controllers: [SessionsController] })
export class SessionsApiModule {}
