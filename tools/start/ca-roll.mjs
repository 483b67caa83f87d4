#!/usr/bin/env node
// `npm run ca:roll [-- --data DIR] [-- --end]`: another CA takes over; who trusts the one before goes on until `--end`.
// `--folder DIR`: of the CA, where there is no data folder (docker-compose).
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serviceAccount } from '../services/account.mjs';
import { chooseDataFolder } from './data-folder.mjs';
import { endRoll, rollAuthority } from './tls/authority.mjs';
import { lifeOf } from './tls/lifetime.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function main() {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, folder: { type: 'string' }, end: { type: 'boolean' } },
  });
  const folder = values.folder ?? join(dataFolder(values.data), 'tls');
  const lines = values.end ? end(folder) : roll(folder);
  process.stdout.write(`${lines.join('\n')}\nA running platform shows it within ten seconds.\n`);
}

function dataFolder(given) {
  return chooseDataFolder({ root: ROOT, given, account: serviceAccount() }).path;
}

function roll(folder) {
  const { cross } = rollAuthority({ folder });
  if (!cross)
    return ['The CA had ended. There is another one, which no client trusts yet: give them ' + `${folder}/ca.crt.`];
  return [
    `Another CA took over: ${folder}/ca.crt.`,
    `Give it to every client. Those who have only the one before go on until ${new Date(lifeOf(cross).to).toISOString()},`,
    'or until you end that:  npm run ca:roll -- --end',
  ];
}

function end(folder) {
  endRoll({ folder });
  return ['Clients that do not have the new CA refuse the certificate from now on.'];
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
