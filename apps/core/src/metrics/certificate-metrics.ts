import { collectCertificate, CONFIG, Metrics, type CoreConfig } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { existsSync, readFileSync } from 'node:fs';

/** The certificates of the front door, which nginx cannot tell about itself. Read at each scrape: they are renewed. */
@Injectable()
export class CertificateMetrics {
  constructor(metrics: Metrics, @Inject(CONFIG) config: Pick<CoreConfig, 'FRONT_DOOR_CERT_FILE' | 'CA_CERT_FILE'>) {
    const textOf = (file: string | undefined) => () =>
      file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    collectCertificate(metrics, 'server', textOf(config.FRONT_DOOR_CERT_FILE));
    collectCertificate(metrics, 'ca', textOf(config.CA_CERT_FILE));
  }
}
