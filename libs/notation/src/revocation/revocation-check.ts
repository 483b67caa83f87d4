import { type CheckFailure } from '@breakwater/kernel';
import { type Certificate } from '../x509/certificate';
import { checkRevocation, type RevocationClient } from './revocation';

/** Asks about the chains of one signature, and remembers when to ask again. */
export class RevocationCheck {
  private readonly moments: Date[] = [];

  constructor(
    private readonly client: RevocationClient | undefined,
    private readonly now: Date,
  ) {}

  /** What is wrong with the chain. Without a way to ask, nothing. `signedAt`: when it was certainly signed. */
  async failureOf(chain: Certificate[], signedAt?: Date): Promise<CheckFailure | undefined> {
    if (this.client === undefined) return undefined;
    const question = { client: this.client, now: this.now, ...(signedAt && { signedAt }) };
    const { status, reason = '', until } = await checkRevocation(chain, question);
    if (until !== undefined) this.moments.push(until);
    if (status === 'good') return undefined;
    return { reason, status: status === 'revoked' ? 'revoked' : 'invalid' };
  }

  /** When what was heard is to be asked anew. */
  get askAgainAt(): readonly Date[] {
    return this.moments;
  }
}
