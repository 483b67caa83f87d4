import { Module } from '@nestjs/common';
import { SessionsModule } from '@breakwater/identity';
import { ProjectsModule } from '@breakwater/projects';
import { TokensModule } from '@breakwater/tokens';
import { AuthModule } from '../auth';
import { TokenScopes } from './token-scopes';
import { TokenController } from './token.controller';
import { WarmTokens } from './warm-tokens';

@Module({
  imports: [AuthModule, ProjectsModule, SessionsModule, TokensModule],
  controllers: [TokenController],
  providers: [TokenScopes, WarmTokens],
})
export class TokenModule {}
