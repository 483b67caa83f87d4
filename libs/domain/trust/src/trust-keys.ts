import type { SignerPublicKey } from '@breakwater/contracts';
import { Database, TRUST_SIGNER, type TrustSigner } from '@breakwater/platform';
import { baseRoleKeys, parseEnvelope, parseRoot, publicKeyOf, type PublicKey, type ServerRole } from '@breakwater/tuf';
import { Inject, Injectable } from '@nestjs/common';
import { TrustFilesRepository } from './trust-files.repository';
import { TrustStates } from './trust-state';

/** The public keys of what the server signs. */
@Injectable()
export class TrustKeys {
  constructor(
    @Inject(TRUST_SIGNER) private readonly signer: TrustSigner,
    private readonly database: Database,
    private readonly states: TrustStates,
    private readonly files: TrustFilesRepository,
  ) {}

  /** The one that the root in force names, if the signer holds it; else one that waits to be named. */
  async current(gun: string, role: ServerRole): Promise<PublicKey> {
    const root = await this.database.transaction(() => this.rootOf(gun));
    if (!root) return this.next(gun, role);
    const { keys } = baseRoleKeys(parseRoot(parseEnvelope(root)), role);
    const [held] = await this.signer.find({ gun, role }, [...keys.keys()]);
    return held ? wire(held) : this.next(gun, role);
  }

  /** One that nothing was signed with yet: it counts once a root names it. The same until then, whoever asks. */
  async next(gun: string, role: ServerRole): Promise<PublicKey> {
    return wire(await this.signer.create({ gun, role }));
  }

  private async rootOf(gun: string): Promise<Buffer | undefined> {
    await this.files.lock(gun);
    return (await this.states.read(gun))?.files.get('root');
  }
}

function wire({ algorithm, publicKey }: SignerPublicKey): PublicKey {
  return publicKeyOf(algorithm, Buffer.from(publicKey, 'base64'));
}
