import 'reflect-metadata';
import { coreConfig, run } from '@breakwater/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CoreModule } from '../core.module';
import { openApiDocument } from './document';

/** Well-formed and never used: in preview mode Nest reads the modules and starts none of what they provide. */
const config = coreConfig.parse({
  PORT: 0,
  DATABASE_URL: 'postgres://localhost/none',
  REDIS_URL: 'redis://localhost',
  INTERNAL_SECRET: 'not-a-secret-not-used',
  SECRET_KEY: 'not-a-secret-not-used',
  REGISTRY_URL: 'http://localhost',
  REGISTRYCTL_URL: 'http://localhost',
  JOBSERVICE_URL: 'http://localhost',
});

/** Prints the OpenAPI document; needs no database. */
run(async () => {
  const app = await NestFactory.create(CoreModule.forRoot(config), new FastifyAdapter(), {
    preview: true,
    logger: ['error'],
    abortOnError: false,
  });
  process.stdout.write(`${JSON.stringify(openApiDocument(app))}\n`);
});
