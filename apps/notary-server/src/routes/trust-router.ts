import { AppError } from '@breakwater/kernel';
import { answerError, CONFIG, type NotaryServerConfig } from '@breakwater/platform';
import { ReadOnlyMode } from '@breakwater/settings';
import { metadataNotFound } from '@breakwater/trust';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TrustAuthorizer } from '../auth/trust-authorizer';
import { parseTrustRequest, type TrustRequest } from '../http/trust-path';
import { MetadataRoutes } from './metadata.routes';
import { PublicationRoutes } from './publication.routes';
import type { TrustCall } from './trust-call';

/** Actions that the token has to carry; nothing for `registry:catalog:*`. */
const actionsOf: Record<TrustRequest['operation'], readonly string[]> = {
  Base: [],
  Unknown: [],
  UpdateTUF: ['push', 'pull'],
  GetRole: ['pull'],
  GetRoleByHash: ['pull'],
  GetRoleByVersion: ['pull'],
  GetKey: ['push', 'pull'],
  RotateKey: ['*'],
  DeleteTUF: ['*'],
  Changefeed: ['pull'],
};
const changing: ReadonlySet<TrustRequest['operation']> = new Set(['UpdateTUF', 'RotateKey', 'DeleteTUF']);

/** Every request of Notary's clients: who may, then what it is. */
@Injectable()
export class TrustRouter {
  constructor(
    private readonly authorizer: TrustAuthorizer,
    private readonly readOnly: ReadOnlyMode,
    private readonly metadata: MetadataRoutes,
    private readonly publication: PublicationRoutes,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {}

  mount(fastify: FastifyInstance): void {
    fastify.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      url: '/*',
      handler: (request, reply) => this.answer(request, reply),
      errorHandler: answerError,
    });
    fastify.route({
      method: ['PATCH', 'OPTIONS'],
      url: '/*',
      handler: () => Promise.reject(new AppError('METHOD_NOT_ALLOWED', 'there is no such method here')),
      errorHandler: answerError,
    });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const asked = parseTrustRequest(request.method, request.url);
    this.assertServed(asked);
    const actions = actionsOf[asked.operation];
    const name = await this.authorizer.authorize(request, { gun: asked.gun, actions });
    if (changing.has(asked.operation)) await this.readOnly.assertOff();
    await this.handle(asked, { request, reply, name });
  }

  private async handle(asked: TrustRequest, call: TrustCall): Promise<void> {
    switch (asked.operation) {
      case 'Base':
        return void (await call.reply.type('application/json; charset=utf-8').send('{}'));
      case 'GetRole':
      case 'GetRoleByHash':
      case 'GetRoleByVersion':
        return this.metadata.file(asked, call);
      case 'GetKey':
      case 'RotateKey':
        return this.metadata.key(asked, call);
      case 'Changefeed':
        return this.metadata.changes(asked.gun, call);
      case 'UpdateTUF':
        return this.publication.publish(asked.gun, call);
      case 'DeleteTUF':
        return this.publication.delete(asked.gun, call);
      default:
        throw metadataNotFound();
    }
  }

  /** Before anybody is asked who they are, as Notary does. */
  private assertServed({ operation, gun }: TrustRequest): void {
    const { NOTARY_GUN_PREFIXES: prefixes } = this.config;
    if (gun === undefined || prefixes.length === 0 || prefixes.some((prefix) => gun.startsWith(prefix))) return;
    if (operation !== 'UpdateTUF') throw metadataNotFound();
    throw new AppError('INVALID_GUN', 'The server does not support actions on images of this name.', {
      detail: `Require GUNs with prefix: [${prefixes.join(' ')}]`,
    });
  }
}
