import { Controller, Get, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DrainState } from './drain-state';

/** A dependency that readiness asks; `check` rejects when it is not usable. */
export interface ReadinessCheck {
  name: string;
  check: () => Promise<unknown>;
}
const READINESS = Symbol('READINESS');

const checkTimeoutMs = 3_000;

@Controller()
@ApiExcludeController()
export class HealthController {
  constructor(
    @Inject(READINESS) private readonly checks: ReadinessCheck[],
    private readonly state: DrainState,
  ) {}

  /** The process is alive. */
  @Get('healthz')
  healthz(): { status: string } {
    return { status: 'ok' };
  }

  /** The process can serve, and goes on to: every dependency answered, and nobody told it to end. */
  @Get('readyz')
  async readyz(@Res() reply: FastifyReply): Promise<void> {
    if (this.state.draining) {
      await reply.status(503).send({ status: 'ending', failed: [] });
      return;
    }
    const failed = (await Promise.all(this.checks.map(failure))).filter((text) => text !== undefined);
    await reply.status(failed.length ? 503 : 200).send({ status: failed.length ? 'unavailable' : 'ok', failed });
  }
}

async function failure({ name, check }: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), checkTimeoutMs);
  });
  try {
    await Promise.race([check(), late]);
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}

@Module({})
export class HealthModule {
  /** `inject` are the providers handed to `checks`, in order; `imports` brings those that are not global. */
  static forRoot(options: {
    imports?: DynamicModule['imports'];
    inject: unknown[];
    checks: (...dependencies: never[]) => ReadinessCheck[];
  }): DynamicModule {
    return {
      module: HealthModule,
      global: true,
      imports: options.imports,
      controllers: [HealthController],
      providers: [
        DrainState,
        { provide: READINESS, inject: options.inject as never[], useFactory: options.checks as never },
      ],
      exports: [DrainState],
    };
  }
}
