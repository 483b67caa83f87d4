import { ReadOnlyMode } from '@breakwater/settings';
import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { api } from '../rest';

const ALLOWED = 'core:allowed-when-read-only';
const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A change that read-only mode lets through: the one that ends it. */
export const AllowedWhenReadOnly = (): CustomDecorator => SetMetadata(ALLOWED, true);

/** In read-only mode the management API changes nothing; signing in and tokens, outside of it, go on. */
@Injectable()
export class ReadOnlyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly mode: ReadOnlyMode,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { method, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    if (harmless.has(method) || !routeOptions.url?.startsWith(`/${api}/`)) return true;
    if (!this.reflector.get<boolean | undefined>(ALLOWED, context.getHandler())) await this.mode.assertOff();
    return true;
  }
}
