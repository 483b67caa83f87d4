// docker-compose's first step: makes the secrets and the certificate in the volume "secrets", once.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../../tools/start/certificates.mjs';
import { loadSecrets } from '../../tools/start/secrets.mjs';

const [folder, ...hostnames] = process.argv.slice(2);
const { databasePassword } = loadSecrets(folder);
const url = `postgres://postgres:${databasePassword}@postgres:5432/postgres`;
writeFileSync(join(folder, 'database-url'), url, { mode: 0o600 });
const names = ['localhost', '127.0.0.1', '::1', ...hostnames.filter(Boolean)];
ensureCertificates({ folder, names });
