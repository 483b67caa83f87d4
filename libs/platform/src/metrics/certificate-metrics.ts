import { X509Certificate } from 'node:crypto';
import type { Metrics } from './metrics';

/** Which certificate: the one that a server shows, or the CA that clients are to trust. */
type CertificateKind = 'server' | 'ca';

/** `pem`: of the certificate as it is now, the first one when there are several; undefined: there is none. */
export function collectCertificate(metrics: Metrics, kind: CertificateKind, pem: () => string | undefined): void {
  metrics.collect('breakwater_certificate_expiry_seconds', () => {
    const text = pem();
    if (text === undefined) return [];
    const end = Date.parse(new X509Certificate(text).validTo);
    return [{ labels: { certificate: kind }, value: (end - Date.now()) / 1_000 }];
  });
}
