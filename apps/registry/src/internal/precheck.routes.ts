import { UploadRoom } from '@breakwater/artifacts';
import { AppError, escapeRepositoryName, parseRepositoryName, type RepositoryName } from '@breakwater/kernel';
import { AppErrorWithHeaders, CONFIG, sendError } from '@breakwater/platform';
import { ReadOnlyMode } from '@breakwater/settings';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RegistryAuthorizer } from '../auth/registry-authorizer';
import type { Route, Routes } from '../http/route';
import { TargetProjects } from '../http/target-projects';
import { QuotaRefusals } from '../http/quota-refusals';

const pushPath = /^\/v2\/([^/]+)\/(blobs\/uploads|manifests)\/[^/]*$/;

/**
 * nginx asks here, with a client's own credentials, before it says `100 Continue` to an upload: it would read the
 * body first otherwise. Nothing is answered that the upload itself would not be; outsiders cannot reach it anyway.
 */
@Injectable()
export class PrecheckRoutes implements Routes {
  readonly routes: readonly Route[] = [
    {
      method: 'GET',
      url: '/internal/precheck',
      demand: 'precheck',
      handle: ({ request, reply }) => this.precheck(request, reply),
    },
  ];

  constructor(
    private readonly authorizer: RegistryAuthorizer,
    private readonly projects: TargetProjects,
    private readonly room: UploadRoom,
    private readonly refusals: QuotaRefusals,
    private readonly readOnly: ReadOnlyMode,
    @Inject(CONFIG) private readonly config: { MAX_MANIFEST_BYTES: number },
  ) {}

  /** 204, or 403 with the true status in X-Refusal-Status: nginx's auth_request knows no other. `refusal` asks for the true answer. */
  private async precheck(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await this.assertWelcome(request);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (request.headers['x-precheck'] === 'refusal') sendError(reply, error);
      else
        await reply
          .status(403)
          .headers({ ...challengeOf(error), 'x-refusal-status': String(error.status) })
          .send();
      return;
    }
    await reply.status(204).send();
  }

  private async assertWelcome(request: FastifyRequest): Promise<void> {
    const { repository, kind } = parseOriginal(header(request, 'x-original-uri') ?? '');
    const caller = await this.authorizer.authorize(request, { action: 'push', repository });
    await this.readOnly.assertOff();
    const { projectId } = await this.projects.target(repository);
    const length = Number(header(request, 'x-original-content-length') || 0);
    if (kind === 'manifests' && length > this.config.MAX_MANIFEST_BYTES) {
      throw new AppError(
        'MANIFEST_TOO_LARGE',
        `a manifest may have ${this.config.MAX_MANIFEST_BYTES} bytes, this one has more`,
      );
    }
    await this.refusals.watch({ request, caller, repository }, () => this.room.assertFits(projectId, length));
  }
}

function parseOriginal(uri: string): { repository: RepositoryName; kind: string } {
  const [, name = '', kind = ''] = pushPath.exec(escapeRepositoryName(uri).split('?')[0] ?? '') ?? [];
  if (!kind) throw new AppError('NOT_FOUND', 'there is nothing to upload at this address');
  return { repository: parseRepositoryName(decodeURIComponent(name)), kind };
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function challengeOf(error: AppError): Record<string, string> {
  return error instanceof AppErrorWithHeaders ? error.headers : {};
}
