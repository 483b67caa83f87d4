import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, Database, REDIS, type CoreConfig } from '@breakwater/platform';
import type { Redis } from 'ioredis';

export interface ComponentHealth {
  name: string;
  status: 'healthy' | 'unhealthy';
  error?: string;
}

type ServiceUrls = Pick<CoreConfig, 'REGISTRY_URL' | 'REGISTRYCTL_URL' | 'JOBSERVICE_URL' | 'NOTARY_URL'>;

const probeTimeoutMs = 3_000;
/** Anyone may ask: probes are shared by those who ask at the same time. */
const reuseMs = 1_000;

/** The state of every part of the platform, as core finds it. */
@Injectable()
export class HealthService {
  private latest?: { health: Promise<ComponentHealth[]>; until: number };

  constructor(
    @Inject(CONFIG) private readonly config: ServiceUrls,
    @Inject(REDIS) private readonly redis: Redis,
    private readonly database: Database,
  ) {}

  components(): Promise<ComponentHealth[]> {
    const now = Date.now();
    if (!this.latest || this.latest.until < now) this.latest = { health: this.probeAll(), until: now + reuseMs };
    return this.latest.health;
  }

  private probeAll(): Promise<ComponentHealth[]> {
    const { NOTARY_URL: notary } = this.config;
    return Promise.all([
      probe('core', async () => undefined),
      probe('database', () => this.database.query('SELECT 1')),
      probe('jobservice', () => ping(this.config.JOBSERVICE_URL)),
      // Its own check, which knows whether the signer answers.
      ...(notary === undefined ? [] : [probe('notary', () => ping(notary, '/_notary_server/health'))]),
      probe('redis', () => this.redis.ping()),
      probe('registry', () => ping(this.config.REGISTRY_URL)),
      probe('registryctl', () => ping(this.config.REGISTRYCTL_URL)),
    ]);
  }
}

async function probe(name: string, ask: () => Promise<unknown>): Promise<ComponentHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, probeTimeoutMs);
  });
  try {
    await Promise.race([ask(), late]);
    return { name, status: 'healthy' };
  } catch {
    // What exactly went wrong names addresses and accounts: that is for readiness and logs, not for anyone.
    return { name, status: 'unhealthy', error: `failed to check the health of ${name}` };
  } finally {
    clearTimeout(timer);
  }
}

async function ping(url: string, path = '/healthz'): Promise<void> {
  const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(probeTimeoutMs) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`status ${response.status}`);
}
