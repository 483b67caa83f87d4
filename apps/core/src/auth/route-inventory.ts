import { Injectable, RequestMethod, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ROUTE_ACCESS, type RouteAccess } from './access.decorators';
import { OPERATION_ID } from '../rest';
import { isPlatformRoute } from './platform-routes';

interface Route {
  method: string;
  /** With parameters as in `/api/v2.0/users/:user_id`. */
  path: string;
  handler: string;
  access: RouteAccess | undefined;
  /** Its operationId in the OpenAPI document. */
  operation: string | undefined;
  /** What a decorator noted on its handler under that key. */
  declared: (key: string) => unknown;
}

/** Every route that the controllers declare. The app does not start when one of them does not say who may call it. */
@Injectable()
export class RouteInventory implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const open = this.routes().filter(({ access, path }) => access === undefined && !isPlatformRoute(path));
    if (open.length === 0) return;
    const list = open.map(({ method, path, handler }) => `${method} ${path} (${handler})`).join(', ');
    throw new Error(`Routes without @Public, @Authenticated, @RequirePermission or @SystemPermission: ${list}`);
  }

  routes(): Route[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (!instance || !metatype) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => this.routesOf(metatype, prototype[name], name));
    });
  }

  private routesOf(controller: NonNullable<unknown>, handler: (() => unknown) | undefined, name: string): Route[] {
    if (!handler || Reflect.getMetadata(METHOD_METADATA, handler) === undefined) return [];
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      handler,
      controller as never,
    ]);
    const operation = this.reflector.get<string | undefined>(OPERATION_ID, handler);
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod] ?? '';
    const declared = (key: string): unknown => this.reflector.get<unknown>(key, handler);
    const label = `${(controller as { name: string }).name}.${name}`;
    return paths(controller).flatMap((prefix) =>
      paths(handler).map((suffix) => ({
        method,
        path: join(prefix, suffix),
        handler: label,
        access,
        operation,
        declared,
      })),
    );
  }
}

function paths(target: NonNullable<unknown>): string[] {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return Array.isArray(path) ? path : [path ?? ''];
}

function join(...parts: string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}
