import { Database, TRUST_SIGNER, type TrustSigner } from '@breakwater/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

const timeoutMs = 10_000;

/** Notary's own health check: `{}`, or 503 with what is wrong by its name there. */
@Controller('_notary_server')
export class NotaryHealthController {
  constructor(
    private readonly database: Database,
    @Inject(TRUST_SIGNER) private readonly signer: TrustSigner,
  ) {}

  @Get('health')
  async health(@Res() reply: FastifyReply): Promise<void> {
    const checks = [
      ['DB operational', () => this.database.query('SELECT 1')],
      ['Trust operational', () => this.signer.check()],
    ] as const;
    const failures = await Promise.all(checks.map(async ([name, check]) => [name, await failure(check)] as const));
    const failed = failures.filter(([, message]) => message !== undefined);
    await reply.status(failed.length ? 503 : 200).send(Object.fromEntries(failed));
  }
}

async function failure(check: () => Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), timeoutMs);
  });
  try {
    await Promise.race([check(), late]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
