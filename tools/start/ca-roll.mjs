#!/usr/bin/env node
// `npm run ca:roll [-- --data DIR] [-- --end]`: another CA takes over; who trusts the one before goes on until `--end`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serviceAccount } from '../services/account.mjs';
import { chooseDataFolder, lockHolder } from './data-folder.mjs';
import { runMain } from './one-shot.mjs';
import { endRoll, rollAuthority } from './tls/authority.mjs';
import { lifeOf } from './tls/lifetime.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

runMain(async () => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, end: { type: 'boolean' } } });
  const { path } = chooseDataFolder({ root: ROOT, given: values.data, account: serviceAccount() });
  const folder = join(path, 'tls');
  const lines = values.end ? end(folder) : roll(folder);
  const when = lockHolder(path) ? 'The running platform shows it within ten seconds.' : 'The next start shows it.';
  process.stdout.write(`${[...lines, when].join('\n')}\n`);
});

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
