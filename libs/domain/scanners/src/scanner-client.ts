import { CONFIG, GuardedHttpClient } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { authHeaders, type AuthType } from './adapter-auth';
import { readMetadata, type AdapterMetadata } from './adapter-metadata';

/** Where an adapter is, and what it is shown. */
export interface Adapter {
  url: string;
  auth: AuthType;
  accessCredential: string;
  skipCertVerify: boolean;
}

const metadataTypes = ['1.1', '1.0']
  .map((version) => `application/vnd.scanner.adapter.metadata+json; version=${version}`)
  .join(', ');

/** Speaks the pluggable scanner API with adapters. */
@Injectable()
export class ScannerClient {
  private readonly client: GuardedHttpClient;

  constructor(@Inject(CONFIG) config: { SCANNER_ALLOWED_NETWORKS: string[] }) {
    this.client = new GuardedHttpClient({
      allowed: config.SCANNER_ALLOWED_NETWORKS,
      allowedBy: 'SCANNER_ALLOWED_NETWORKS',
      timeoutMs: 5_000,
      maxBodyBytes: 256 * 1_024,
    });
  }

  /**
   * Throws why there is none, in words that people may read: neither the credential nor what the address answered is in
   * them.
   */
  async metadata(
    { url, auth, accessCredential, skipCertVerify }: Adapter,
    signal: AbortSignal,
  ): Promise<AdapterMetadata> {
    const headers = { accept: metadataTypes, ...authHeaders(auth, accessCredential) };
    const request = { method: 'GET', url: `${url}/api/v1/metadata`, headers, skipCertVerify } as const;
    const { status, body, isCut } = await this.client.send(request, signal);
    if (status !== 200) throw new Error(`it answers ${status}`);
    if (isCut) throw new Error('its metadata are too long');
    return readMetadata(body.toString('utf8'));
  }
}
