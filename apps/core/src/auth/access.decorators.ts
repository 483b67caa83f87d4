import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type {
  Principal,
  ProjectFacts,
  ProjectPermission,
  SystemPermission as SystemPermissionName,
} from '@breakwater/access';
import type { FastifyRequest } from 'fastify';
import { principalOf, projectOf } from './request-context';

/** What a route demands of its caller. Every route declares one of these; the app does not start otherwise. */
export type RouteAccess =
  | { kind: 'public' }
  | { kind: 'authenticated' }
  | { kind: 'project'; permission: ProjectPermission }
  | { kind: 'system'; permission: SystemPermissionName };

export const ROUTE_ACCESS = 'core:access';

const declare = (access: RouteAccess): CustomDecorator => SetMetadata(ROUTE_ACCESS, access);

/** Anyone, known or not. Credentials that are sent must be right all the same. */
export const Public = (): CustomDecorator => declare({ kind: 'public' });

/** Anyone who is known. What depends on the request's content is checked by the controller with `AccessChecker`. */
export const Authenticated = (): CustomDecorator => declare({ kind: 'authenticated' });

/** Who has the permission on the project in the path: `:project_name_or_id` or `:project_name`. */
export const RequirePermission = (permission: ProjectPermission): CustomDecorator =>
  declare({ kind: 'project', permission });

/** System administrators, and robots that were given it. */
export const SystemPermission = (permission: SystemPermissionName): CustomDecorator =>
  declare({ kind: 'system', permission });

const request = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** The caller; `anonymous` on public routes. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principalOf(request(context)),
);

/** The project that `@RequirePermission` found in the path. */
export const CurrentProject = createParamDecorator((_: unknown, context: ExecutionContext): ProjectFacts =>
  projectOf(request(context)),
);
