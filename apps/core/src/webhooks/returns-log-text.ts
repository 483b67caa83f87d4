import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiProduces, ApiResponse } from '@nestjs/swagger';

const text = { type: 'string' } as const;

/** 200 with the log of a task. */
export function ReturnsLogText(): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiProduces('text/plain'),
    ApiResponse({
      status: 200,
      description: 'The log; of one that is longer than 10 MB the end',
      schema: text,
      headers: { 'Content-Type': { schema: text } },
    }),
  );
}
