import { CONFIG, Database, deriveKey, seal, unseal } from '@breakwater/platform';
import { SealingKeys } from '@breakwater/settings';
import { Inject, Injectable } from '@nestjs/common';

/** A credential at rest. */
export interface SealedCredential {
  /** Which of the platform's sealing keys it is sealed with. */
  key: string;
  /** Base64. */
  sealed: string;
}

/**
 * What the platform shows to adapters. Each is sealed with a key of its own, derived from SECRET_KEY, the id of the
 * sealing key in use and the scanner's uuid, so that the credential of one scanner cannot be passed off as another's.
 */
@Injectable()
export class ScannerCredentials {
  private readonly secretKey: string;

  constructor(
    @Inject(CONFIG) config: { SECRET_KEY: string },
    private readonly database: Database,
    private readonly sealingKeys: SealingKeys,
  ) {
    this.secretKey = config.SECRET_KEY;
  }

  /** Call in the transaction that stores it. An empty one is none. */
  async seal(uuid: string, text: string): Promise<SealedCredential | null> {
    return text === '' ? null : this.sealed(uuid, text, await this.sealingKeys.inUse());
  }

  /** Throws when SECRET_KEY is another one, or the bytes were changed. */
  open(uuid: string, credential: SealedCredential | null): string {
    if (!credential) return '';
    try {
      return unseal(this.keyOf(uuid, credential.key), Buffer.from(credential.sealed, 'base64'));
    } catch (cause) {
      const what = `the credential of scanner ${uuid} cannot be opened`;
      throw new Error(`${what}: SECRET_KEY is not the one it was sealed under`, { cause });
    }
  }

  /** Seals all anew, in the transaction that changed the sealing key to `key`. Answers how many. */
  async reseal(key: string): Promise<number> {
    const rows = await this.database.query<{ uuid: string; credential: SealedCredential }>(
      `SELECT uuid, sealed_credential AS credential FROM scanner_registration
       WHERE sealed_credential IS NOT NULL ORDER BY uuid FOR UPDATE`,
    );
    for (const { uuid, credential } of rows) {
      const resealed = this.sealed(uuid, this.open(uuid, credential), key);
      await this.database.query('UPDATE scanner_registration SET sealed_credential = $2 WHERE uuid = $1', [
        uuid,
        JSON.stringify(resealed),
      ]);
    }
    return rows.length;
  }

  private sealed(uuid: string, text: string, key: string): SealedCredential {
    return { key, sealed: seal(this.keyOf(uuid, key), text).toString('base64') };
  }

  private keyOf(uuid: string, key: string): Buffer {
    return deriveKey(this.secretKey, `scanner ${uuid} ${key}`);
  }
}
