import { Injectable } from '@nestjs/common';
import { hash, verify, type Options } from '@node-rs/argon2';
import { BoundedPool } from './bounded-pool';
import { isHarborHash, verifyHarborHash } from './harbor-password';

/** OWASP "Password Storage": argon2id with 19 MiB, two passes, one lane. 2 is Algorithm.Argon2id, a const enum. */
const argon2id: Options = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Leaves half of Node's four worker threads to files and name lookups. */
const concurrency = 2;
const queueLimit = 64;

export type PasswordCheck = 'right' | 'wrong' | 'right-but-outdated';

@Injectable()
export class PasswordHasher {
  private readonly pool = new BoundedPool(concurrency, queueLimit);
  private decoy?: Promise<string>;

  /** Throws TOOMANYREQUESTS when too many wait, as every method here. */
  hash(password: string): Promise<string> {
    return this.pool.run(() => hash(password, argon2id));
  }

  /** `outdated`: the password is right and its hash should be made anew. */
  async check(password: string, stored: string): Promise<PasswordCheck> {
    if (isHarborHash(stored)) {
      if (await this.pool.run(() => verifyHarborHash(password, stored))) return 'right-but-outdated';
      // Harbor's hashes are faster: that would tell which accounts came from there and were not used since.
      await this.pretendToCheck(password);
      return 'wrong';
    }
    return (await this.pool.run(() => verify(stored, password))) ? 'right' : 'wrong';
  }

  /** Takes as long as a check, so that the time of an answer does not tell which accounts exist. */
  async pretendToCheck(password: string): Promise<void> {
    this.decoy ??= this.hash('no account has this password');
    const decoy = await this.decoy.catch((error: unknown) => {
      this.decoy = undefined;
      throw error;
    });
    await this.check(password, decoy);
  }
}
