import { TRUST_SIGNER, type TrustSigner } from '@breakwater/platform';
import {
  assemble,
  baseRoleKeys,
  canonicalJson,
  type RootFile,
  type ServerRole,
  type Signature,
  type Unsigned,
} from '@breakwater/tuf';
import { Inject, Injectable } from '@nestjs/common';

/** Signs what the server makes, with those keys of the root that the signer holds. */
@Injectable()
export class ServerSignatures {
  constructor(@Inject(TRUST_SIGNER) private readonly signer: TrustSigner) {}

  /** The role file; undefined when the signer holds fewer of the root's keys than the role asks for. */
  async sign(owner: { gun: string; role: ServerRole }, root: RootFile, signed: Unsigned): Promise<Buffer | undefined> {
    const { keys, threshold } = baseRoleKeys(root, owner.role);
    const content = canonicalJson(signed);
    const signatures: Signature[] = [];
    for (const keyid of keys.keys()) {
      if (signatures.length >= threshold) break;
      const sig = await this.signer.sign(owner, keyid, content);
      if (sig !== undefined) signatures.push({ keyid, method: 'ecdsa', sig });
    }
    return signatures.length < threshold ? undefined : assemble(signed, signatures);
  }
}
