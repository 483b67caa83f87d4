import { AppError, parseRepositoryName, type RepositoryName } from '@breakwater/kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The repository that the URL names; the router has decoded it once, and nothing decodes it again. */
export const RepositoryParam = createParamDecorator((_: unknown, context: ExecutionContext): RepositoryName =>
  repositoryOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function repositoryOf(request: FastifyRequest): RepositoryName {
  const { name } = request.params as { name?: string };
  if (name === undefined) throw new AppError('NAME_INVALID', 'invalid repository name');
  return parseRepositoryName(name);
}
