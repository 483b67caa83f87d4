import {
  signatureMade,
  signerKey,
  signerKeysFound,
  signerKeysListed,
  type IdleSignerKeysWanted,
  type ListedSignerKey,
  type SignerKeyOf,
  type SignerKeysRemoval,
  type SignerPublicKey,
} from '@breakwater/contracts';
import { AppError } from '@breakwater/kernel';
import { AppErrorWithHeaders } from '../http/error-envelope.filter';
import type { TrustSigner } from './trust-signer';

/** Clients wait for it, and so does whoever publishes after them. */
const timeoutMs = 5_000;

export interface TrustSignerSettings {
  NOTARY_SIGNER_URL: string;
  INTERNAL_SECRET: string;
  /** Instead of INTERNAL_SECRET. */
  NOTARY_SIGNER_SECRET?: string;
}

/** Asks notary-signer. */
export class HttpTrustSigner implements TrustSigner {
  constructor(private readonly config: TrustSignerSettings) {}

  async create(owner: SignerKeyOf): Promise<SignerPublicKey> {
    return signerKey.parse(await this.ask('/keys', owner));
  }

  async find(owner: SignerKeyOf, keyIds: readonly string[]): Promise<SignerPublicKey[]> {
    return signerKeysFound.parse(await this.ask('/keys/find', { ...owner, keyIds })).keys;
  }

  async sign(owner: SignerKeyOf, keyId: string, content: Buffer): Promise<string | undefined> {
    const answer = await this.ask('/signatures', { ...owner, keyId, content: content.toString('base64') });
    return answer === undefined ? undefined : signatureMade.parse(answer).signature;
  }

  async idle(wanted: IdleSignerKeysWanted): Promise<ListedSignerKey[]> {
    return signerKeysListed.parse(await this.ask('/keys/idle', wanted)).keys;
  }

  async remove(removal: SignerKeysRemoval): Promise<ListedSignerKey[]> {
    return signerKeysListed.parse(await this.ask('/keys/remove', removal)).keys;
  }

  async check(): Promise<void> {
    const response = await fetch(new URL('/readyz', this.config.NOTARY_SIGNER_URL), {
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(unreachable);
    if (!response.ok) unreachable(new Error(`/readyz answered ${response.status}: ${await response.text()}`));
  }

  /** Undefined for 404. */
  private async ask(path: string, body: object): Promise<unknown> {
    const response = await fetch(new URL(path, this.config.NOTARY_SIGNER_URL), {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Harbor-Secret ${this.config.NOTARY_SIGNER_SECRET ?? this.config.INTERNAL_SECRET}`,
        'content-type': 'application/json',
      },
    }).catch(unreachable);
    if (response.status === 404) return undefined;
    if (!response.ok) unreachable(new Error(`${path} answered ${response.status}: ${await response.text()}`));
    return response.json().catch(unreachable);
  }
}

/** Nothing is lost: who published sends it again, and what was published before is served on. */
function unreachable(cause: unknown): never {
  throw new AppErrorWithHeaders(
    new AppError('UNAVAILABLE', 'the signer of trust data does not answer, try again shortly', {
      reason: 'signer.unreachable',
      cause,
    }),
    { 'retry-after': '5' },
  );
}
