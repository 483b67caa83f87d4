import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiQuery, ApiResponse } from '@nestjs/swagger';

const text = { type: 'string' } as const;
const event = {
  type: 'object',
  'x-model': 'ServerSentEvent',
  properties: {
    event: { type: 'string', description: 'What it tells; `end` is the last' },
    id: { type: 'string', description: 'For `Last-Event-ID`, to go on from here' },
    data: { type: 'string' },
  },
} as const;
const events = { 'text/event-stream': { schema: event as object } };

/** 200 with a log as text, or as server-sent events: `JobLogs`. */
export function ReturnsLog(): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiQuery({
      name: 'follow',
      required: false,
      description:
        'true, like `Accept: text/event-stream`: events `log` with new lines as they come, then `end`. In addition to Harbor',
      schema: { type: 'boolean' },
    }),
    ApiResponse({
      status: 200,
      description: 'The log; of one that is longer than 10 MB the end',
      content: { 'text/plain': { schema: text }, ...events },
      headers: { 'Content-Type': { schema: text } },
    }),
  );
}

/** 200 with server-sent events. */
export function ReturnsEvents(description: string): MethodDecorator {
  return applyDecorators(HttpCode(200), ApiResponse({ status: 200, description, content: events }));
}
