import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { repositoryFromPath } from './repository-path';

/** The full name of the repository in a path with `:project_name` and `:repository_name`. */
export const RepositoryName = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { project_name: project = '', repository_name: repository = '' } = context
    .switchToHttp()
    .getRequest<FastifyRequest>().params as Record<string, string | undefined>;
  return repositoryFromPath(project, repository);
});
