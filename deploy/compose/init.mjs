// docker-compose's first step: makes the secrets in the volume "secrets", once, and the certificate.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSecrets } from '../../tools/start/secrets.mjs';
import { frontDoorCertificate } from './front-door-certificate.mjs';

const [folder, ownFolder, hostname] = process.argv.slice(2);
const { databasePassword } = loadSecrets(folder);
const url = `postgres://postgres:${databasePassword}@postgres:5432/postgres`;
writeFileSync(join(folder, 'database-url'), url, { mode: 0o600 });
frontDoorCertificate({ folder, ownFolder, hostname }).place();
