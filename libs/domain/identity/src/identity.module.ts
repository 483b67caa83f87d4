import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '@breakwater/coherence';
import { SettingsModule } from '@breakwater/settings';
import { AccessToken } from './access-tokens/access-token.entity';
import { AccessTokensRepository } from './access-tokens/access-tokens.repository';
import { AccessTokensService } from './access-tokens/access-tokens.service';
import { AccountsRepository } from './accounts.repository';
import { Authenticator } from './authenticator';
import { BootstrapAdmin } from './bootstrap-admin';
import { CredentialCache } from './credential-cache';
import { CredentialProof } from './credential-proof';
import { GroupsRepository } from './groups/groups.repository';
import { GroupsService } from './groups/groups.service';
import { UserGroupMember } from './groups/user-group-member.entity';
import { UserGroup } from './groups/user-group.entity';
import { LastUsed } from './last-used';
import { AccessTokenSecrets } from './secrets/access-token-secrets';
import { PasswordHasher } from './secrets/password-hasher';
import { RobotPermission } from './robot-permission.entity';
import { RobotSecrets } from './secrets/robot-secrets';
import { Robot } from './robot.entity';
import { RobotsRepository } from './robots.repository';
import { RobotsService } from './robots.service';
import { SignInFailure } from './throttle/sign-in-failure.entity';
import { SignInFailuresRepository } from './throttle/sign-in-failures.repository';
import { SignInThrottle } from './throttle/sign-in-throttle';
import { User } from './user.entity';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([User, Robot, RobotPermission, UserGroup, UserGroupMember, AccessToken, SignInFailure]),
    SettingsModule,
    ChangesModule,
  ],
  providers: [
    Authenticator,
    BootstrapAdmin,
    UsersService,
    RobotsService,
    GroupsService,
    AccessTokensService,
    AccountsRepository,
    AccessTokensRepository,
    AccessTokenSecrets,
    CredentialCache,
    CredentialProof,
    GroupsRepository,
    LastUsed,
    SignInFailuresRepository,
    SignInThrottle,
    PasswordHasher,
    RobotSecrets,
    RobotsRepository,
    UsersRepository,
  ],
  exports: [
    Authenticator,
    BootstrapAdmin,
    UsersService,
    RobotsService,
    GroupsService,
    AccessTokensService,
    // What sessions are made of.
    AccountsRepository,
    CredentialCache,
    UsersRepository,
  ],
})
export class IdentityModule {}
