import { beginsWithHost, type Scope } from '@breakwater/kernel';
import { RateLimits } from '@breakwater/platform';
import { TokensService } from '@breakwater/tokens';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { RequestAuthenticator } from '../auth';
import { tokenAnswer } from './token-answer';
import { TokenScopes } from './token-scopes';

const maxQuestions = 5_000;
/** Longer questions name many repositories and are rare. */
const maxUrlLength = 1_024;

/**
 * `/service/token` for who asked the same a moment ago, answered before Nest sees it: its pipeline costs several times
 * what the answer does. Whoever is not proven just now, or whose rights are not remembered, is left to the controller.
 */
@Injectable()
export class WarmTokens {
  /** URLs that the controller has read and answered. */
  private readonly questions = new LRUCache<string, Scope[]>({ max: maxQuestions });

  constructor(
    private readonly authenticator: RequestAuthenticator,
    private readonly scopes: TokenScopes,
    private readonly tokens: TokensService,
    private readonly rates: RateLimits,
  ) {}

  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      const scopes = request.method === 'GET' ? this.questions.get(request.originalUrl) : undefined;
      if (!scopes) return done();
      this.answer(request, scopes).then(
        (body) => (body === undefined ? done() : reply.type('application/json; charset=utf-8').send(body)),
        // The controller runs into the same, and its error is answered like any other.
        () => done(),
      );
    });
  }

  /** `url` asks for these scopes at the registry, whoever asks: unless a name depends on the host that was asked. */
  learn(url: string, scopes: Scope[]): void {
    if (scopes.some(({ name }) => beginsWithHost(name))) return;
    if (url.length <= maxUrlLength) this.questions.set(url, scopes);
  }

  private async answer(request: FastifyRequest, scopes: readonly Scope[]): Promise<string | undefined> {
    const principal = this.authenticator.recall(request);
    const granted = principal && this.scopes.recall(principal, scopes);
    // Who asks too often is left to what refuses it.
    if (!granted || !this.rates.allows(request.raw, principal)) return undefined;
    return JSON.stringify(tokenAnswer(await this.tokens.issue({ principal, audience: 'harbor-registry', ...granted })));
  }
}
