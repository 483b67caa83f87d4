// Which certificate the front door shows, and its renewal while the platform runs.
import { adoptCertificate, ensureCertificates } from './certificates.mjs';

const LOOK_EVERY_MS = 12 * 3_600_000;

export function prepareTls({ options, folder, account, names }) {
  if (options.tlsCert)
    return adoptCertificate({ folder, cert: options.tlsCert, key: options.tlsKey, ca: options.tlsCa, account });
  return ensureCertificates({ folder, names, account });
}

/** Twice a day: a certificate close to its end is renewed; nginx takes it without dropping a connection. */
export function renewTls({ options, folder, account, names, supervisor, output }) {
  if (options.tlsCert) return;
  setInterval(() => {
    if (!ensureCertificates({ folder: folder.tls, names, account }).changed) return;
    supervisor.get('nginx').reload();
    output.say('the certificate was renewed');
  }, LOOK_EVERY_MS).unref();
}
