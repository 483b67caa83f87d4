#!/usr/bin/env node
// `npm run admin:reset [-- --data DIR]`: gives "admin" a new generated password, whether the platform runs or not.
import { join } from 'node:path';
import { runMain, runOneShot } from './one-shot.mjs';
import { generatePassword, replaceAdminPassword } from './secrets.mjs';

runMain(async () => {
  const password = generatePassword();
  const folder = await runOneShot({ program: 'admin-reset', env: { HARBOR_ADMIN_PASSWORD: password } });
  replaceAdminPassword(folder.secrets, password);
  process.stdout.write(
    `The new password of admin is  ${password}\n(kept in ${join(folder.secrets, 'admin-password')})\n`,
  );
});
