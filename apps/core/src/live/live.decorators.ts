import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';

const text = { type: 'string' } as const;

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
    ApiProduces('text/plain', 'text/event-stream'),
    ApiResponse({
      status: 200,
      description: 'The log; of one that is longer than 10 MB the end',
      schema: text,
      headers: { 'Content-Type': { schema: text } },
    }),
  );
}

/** 200 with server-sent events. */
export function ReturnsEvents(description: string): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiProduces('text/event-stream'),
    ApiResponse({ status: 200, description, schema: text }),
  );
}
