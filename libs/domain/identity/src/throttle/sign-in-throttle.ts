import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders, clientNetwork, CONFIG, deriveKey } from '@breakwater/platform';
import { createHmac } from 'node:crypto';
import { SignInFailuresRepository } from './sign-in-failures.repository';
import { isLoopback, pauseAfter, type ThrottleKind } from './throttle-policy';

/** Different passwords for one account from one network that are looked at at the same time, in one process. */
const maxUnderWay = 4;

/** Empty where it does not count. */
type Keys = Record<ThrottleKind, string>;

export interface Attempt {
  username: string;
  /** Empty: not known. */
  address: string;
  /** Generated secrets are not guessed: nobody shall be able to lock what builds hang on. */
  robot: boolean;
}

/**
 * Slows guessing, and locks. What failed is counted in Postgres, so it holds on every replica and after a restart, and
 * an unknown account counts as a known one does. Nobody can shut the administrator out of the machine itself.
 */
@Injectable()
export class SignInThrottle {
  private readonly key: Buffer;
  private readonly underWay = new Map<string, number>();

  constructor(
    @Inject(CONFIG) config: { SECRET_KEY: string },
    private readonly failures: SignInFailuresRepository,
  ) {
    this.key = deriveKey(config.SECRET_KEY, 'sign-in failures');
  }

  /**
   * What `proof` says of a password, unless it must not be looked at now. Undefined counts as wrong.
   * Throws TOOMANYREQUESTS with Retry-After.
   */
  async watch<T>(attempt: Attempt, proof: () => Promise<T | undefined>): Promise<T | undefined> {
    const { username, address } = attempt;
    if (username === 'admin' && isLoopback(address)) return proof();
    const keys = this.keysOf(attempt);
    const failedBefore = await this.assertAllowed(keys, isLoopback(address));
    this.enter(keys.pair);
    try {
      const proven = await proof();
      if (proven === undefined) await this.failed(keys);
      else if (failedBefore) await this.failures.forget([keys.pair]);
      return proven;
    } finally {
      this.leave(keys.pair);
    }
  }

  /** Answers whether the pair has failed before. */
  private async assertAllowed(keys: Keys, fromHere: boolean): Promise<boolean> {
    const counted = await this.failures.find(Object.values(keys).filter(Boolean));
    let pauseMs = 0;
    for (const [kind, key] of Object.entries(keys) as [ThrottleKind, string][]) {
      const row = counted.find((candidate) => candidate.key === key);
      // A proxy that does not say for whom it asks would be locked with everybody behind it.
      if (row && !(kind === 'network' && fromHere))
        pauseMs = Math.max(pauseMs, pauseAfter(kind, row.failures) - row.ageMs);
    }
    if (pauseMs > 0) throw refusal(Math.ceil(pauseMs / 1_000));
    return counted.some(({ key }) => key === keys.pair);
  }

  private async failed({ pair, account, network }: Keys): Promise<void> {
    const counts = await this.failures.add([pair, account].filter(Boolean));
    if (counts.get(pair) !== 1) return;
    if (network) await this.failures.add([network]);
    await this.failures.forgetOld();
  }

  private enter(pair: string): void {
    const count = this.underWay.get(pair) ?? 0;
    if (count >= maxUnderWay) throw refusal(1);
    this.underWay.set(pair, count + 1);
  }

  private leave(pair: string): void {
    const count = (this.underWay.get(pair) ?? 1) - 1;
    if (count === 0) this.underWay.delete(pair);
    else this.underWay.set(pair, count);
  }

  private keysOf({ username, address, robot }: Attempt): Keys {
    const name = username.toLowerCase();
    const network = clientNetwork(address);
    const keyOf = (kind: ThrottleKind, ...parts: string[]): string =>
      createHmac('sha256', this.key)
        .update(JSON.stringify([kind, ...parts]))
        .digest('base64url');
    return {
      pair: keyOf('pair', name, network),
      account: robot ? '' : keyOf('account', name),
      network: network && keyOf('network', network),
    };
  }
}

function refusal(seconds: number): AppError {
  const error = new AppError('TOOMANYREQUESTS', `too many failed logins, try again in ${seconds} s`, {
    reason: 'login.throttled',
    params: { seconds },
  });
  return new AppErrorWithHeaders(error, { 'retry-after': String(seconds) });
}
