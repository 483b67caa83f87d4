// docker-compose's first step: makes the secrets once, each in the volume of those who need it, and the certificate.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownRoles } from '../../tools/start/database-roles.mjs';
import {
  loadDatabaseSecrets,
  loadSharedSecrets,
  loadSignerSecrets,
  loadSigningSecrets,
} from '../../tools/start/secrets.mjs';
import { readIfThere, writeAtOnce } from '../../tools/start/tls/pem-files.mjs';
import { frontDoorCertificate } from './front-door-certificate.mjs';

const [volumes, ownFolder, hostname] = process.argv.slice(2);
/** secrets: every service; database: Postgres and the migrator; signing: the two of Notary; signer: notary-signer. */
const [secrets, database, signing, signer] = ['secrets', 'database-secrets', 'signing-secrets', 'signer-secrets'].map(
  (name) => join(volumes, name),
);
const keep = (path, text) => readIfThere(path) !== text && writeAtOnce(path, text, { mode: 0o600 });

// What everybody could read in volumes of an earlier version.
for (const [name, folder] of [
  ['signer-key', signer],
  ['database-password', database],
]) {
  const text = readIfThere(join(secrets, name));
  if (text === undefined) continue;
  keep(join(folder, name), text);
  rmSync(join(secrets, name));
}

loadSharedSecrets(secrets);
loadSigningSecrets(signing);
loadSignerSecrets(signer);
const passwords = loadDatabaseSecrets(database);
const urls = ownRoles(`postgres://postgres:${passwords.databasePassword}@postgres:5432/postgres`, passwords);
keep(join(database, 'database-url'), urls.databaseUrl);
keep(join(database, 'services-database-url'), urls.servicesDatabaseUrl);
keep(join(database, 'signer-database-url'), urls.signerDatabaseUrl);
keep(join(secrets, 'database-url'), urls.servicesDatabaseUrl);
keep(join(signer, 'database-url'), urls.signerDatabaseUrl);
frontDoorCertificate({ folder: secrets, ownFolder, hostname }).place();
