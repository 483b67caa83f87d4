import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ZodSerializerInterceptor, ZodValidationPipe } from 'nestjs-zod';
import { PageInterceptor } from './page.interceptor';

/**
 * What every REST route has: input checked by its schema (422), lists turned into rows and headers, answers checked
 * by their schema. The interceptor listed last sees the answer first.
 */
@Module({
  providers: [
    { provide: APP_PIPE, useClass: ZodValidationPipe },
    { provide: APP_INTERCEPTOR, useClass: ZodSerializerInterceptor },
    { provide: APP_INTERCEPTOR, useClass: PageInterceptor },
  ],
})
export class RestModule {}
