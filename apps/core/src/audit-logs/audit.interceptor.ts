import { AuditTrail, type AuditedAction } from '@breakwater/audit';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Actors } from '../artifacts/actors';
import { AuditSubjects } from './audit-subjects';
import { AUDITED, createdIdOf, type Audited } from './audited.decorator';

/** Notes what handlers marked `@Audited` do, by whom and from where. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly trail: AuditTrail,
    private readonly actors: Actors,
    private readonly subjects: AuditSubjects,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audited = this.reflector.get<Audited | undefined>(AUDITED, context.getHandler());
    if (!audited) return next.handle();
    const http = context.switchToHttp();
    return from(this.audit(audited, [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()], next));
  }

  private async audit(
    { event, describe, noted }: Audited,
    [request, reply]: [FastifyRequest, FastifyReply],
    next: CallHandler,
  ): Promise<unknown> {
    const describeNow = async (): Promise<AuditedAction> => {
      const { params, body } = request as { params: Record<string, string>; body: Record<string, unknown> | null };
      const audited = { request, params, body: body ?? {}, createdId: createdIdOf(reply) };
      return { event, ...(await describe(audited, this.subjects)) };
    };
    const actor = this.actors.of(request);
    const work = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: undefined });
    if (noted === 'failures') return this.trail.failures(actor, describeNow, work);
    const before = event.startsWith('create_') ? undefined : await describeNow();
    const describeOnce = () => before ?? describeNow();
    if (noted === 'afterwards') return this.trail.afterwards(actor, describeOnce, work);
    return this.trail.around(actor, describeOnce, work);
  }
}
