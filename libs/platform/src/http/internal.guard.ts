import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import type { FastifyRequest } from 'fastify';
import { timingSafeEqual } from 'node:crypto';
import { CONFIG } from '../config/config.module';

/** Routes between the services: `Authorization: Harbor-Secret <INTERNAL_SECRET>`. */
@Injectable()
export class InternalGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: { INTERNAL_SECRET: string }) {}

  canActivate(context: ExecutionContext): boolean {
    assertInternal(context.switchToHttp().getRequest<FastifyRequest>(), this.config.INTERNAL_SECRET);
    return true;
  }
}

/** Throws UNAUTHORIZED. */
export function assertInternal({ headers }: FastifyRequest, secret: string): void {
  if (!isInternalSecret(headers.authorization, secret))
    throw new AppError('UNAUTHORIZED', 'this route is for the platform itself');
}

export function isInternalSecret(authorization: string | undefined, secret: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Harbor-Secret ${secret}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
