import { Module } from '@nestjs/common';
import { IdentityModule } from '@breakwater/identity';
import { AuthModule } from '../auth';
import { UsersModule } from '../users/users.module';
import { AccessTokensController } from './access-tokens.controller';

@Module({ imports: [AuthModule, IdentityModule, UsersModule], controllers: [AccessTokensController] })
export class AccessTokensApiModule {}
