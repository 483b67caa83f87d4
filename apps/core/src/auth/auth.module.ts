import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { IdentityModule, SessionsModule } from '@breakwater/identity';
import { AuthenticationMetrics, FrontDoor, RateLimits } from '@breakwater/platform';
import { ProjectsModule } from '@breakwater/projects';
import { SettingsModule } from '@breakwater/settings';
import { Csrf } from '../browser/csrf';
import { AccessChecker } from './access-checker';
import { AccessGuard } from './access.guard';
import { ReadOnlyGuard } from './read-only.guard';
import { RequestAuthenticator } from './request-authenticator';
import { RouteInventory } from './route-inventory';

/** Who calls, and whether the route lets them in. */
@Module({
  imports: [DiscoveryModule, IdentityModule, SessionsModule, ProjectsModule, SettingsModule],
  providers: [
    // In this order: who may not is told so first.
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_GUARD, useClass: ReadOnlyGuard },
    RequestAuthenticator,
    AccessChecker,
    Csrf,
    RouteInventory,
    FrontDoor,
    AuthenticationMetrics,
    RateLimits,
  ],
  exports: [AccessChecker, AuthenticationMetrics, Csrf, FrontDoor, RateLimits, RequestAuthenticator],
})
export class AuthModule {}
