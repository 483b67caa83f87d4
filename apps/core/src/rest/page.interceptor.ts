import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { restLinkHeader } from '@breakwater/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { Page } from './paging';

/** Answers the rows of a `Page`, with `X-Total-Count` and `Link` (management-platform.md section 1.3). */
@Injectable()
export class PageInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof Page)) return answer;
        const reply = http.getResponse<FastifyReply>();
        const { page, page_size: pageSize } = answer.paging;
        const link = restLinkHeader(http.getRequest<FastifyRequest>().originalUrl, page, pageSize, answer.total);
        void reply.header('X-Total-Count', String(answer.total));
        if (link) void reply.header('Link', link);
        return answer.items;
      }),
    );
  }
}
