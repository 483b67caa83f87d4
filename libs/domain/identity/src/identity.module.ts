import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChangesModule } from '@breakwater/coherence';
import { SettingsModule } from '@breakwater/settings';
import { AccountsRepository } from './accounts.repository';
import { Authenticator } from './authenticator';
import { BootstrapAdmin } from './bootstrap-admin';
import { CredentialCache } from './credential-cache';
import { PasswordHasher } from './secrets/password-hasher';
import { RobotPermission } from './robot-permission.entity';
import { RobotSecrets } from './secrets/robot-secrets';
import { Robot } from './robot.entity';
import { RobotsRepository } from './robots.repository';
import { RobotsService } from './robots.service';
import { User } from './user.entity';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

@Module({
  imports: [TypeOrmModule.forFeature([User, Robot, RobotPermission]), SettingsModule, ChangesModule],
  providers: [
    Authenticator,
    BootstrapAdmin,
    UsersService,
    RobotsService,
    AccountsRepository,
    CredentialCache,
    PasswordHasher,
    RobotSecrets,
    RobotsRepository,
    UsersRepository,
  ],
  exports: [Authenticator, BootstrapAdmin, UsersService, RobotsService],
})
export class IdentityModule {}
