// The certificate of the front door in the volume "secrets": the operator's, when TLS_FOLDER holds one, or one that is made.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { adoptCertificate, ensureCertificates, wantedPair } from '../../tools/start/certificates.mjs';
import { readIfThere, writeAtOnce } from '../../tools/start/tls/pem-files.mjs';

/**
 * @param {{ folder: string, hostname?: string, ownFolder?: string }} options ownFolder: with tls.crt, tls.key and, for
 *   clients, ca.crt, or empty
 */
export function frontDoorCertificate({ folder, hostname, ownFolder }) {
  const names = ['localhost', '127.0.0.1', '::1', ...(hostname ? [hostname.toLowerCase()] : [])];
  const inOwn = (name) => join(ownFolder ?? '', name);
  const own = () =>
    ownFolder && existsSync(inOwn('tls.crt')) ? { cert: inOwn('tls.crt'), key: inOwn('tls.key') } : undefined;
  return {
    place() {
      if (own()) adoptCertificate({ folder, ...own() });
      else ensureCertificates({ folder, names });
      this.offerCa();
    },
    wanted: () => wantedPair({ folder, names, own: own() }),
    /** What clients download as the CA is not always our own. */
    offerCa() {
      const source = own() ? inOwn('ca.crt') : join(folder, 'ca.crt');
      const offered = join(folder, 'offered-ca.crt');
      if (!existsSync(source)) return rmSync(offered, { force: true });
      const text = readFileSync(source, 'utf8');
      if (readIfThere(offered) !== text) writeAtOnce(offered, text, { mode: 0o644 });
    },
  };
}
