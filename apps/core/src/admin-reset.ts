import 'reflect-metadata';
import { BootstrapAdmin, IdentityModule } from '@breakwater/identity';
import { adminResetConfig, loadConfig, run } from '@breakwater/platform';
import { runOnce } from './one-shot';

/** For who lost the administrator's password: `npm run admin:reset`. Every replica follows within two seconds. */
run(async () => {
  const config = loadConfig(adminResetConfig);
  await runOnce({
    name: 'admin-reset',
    config,
    module: IdentityModule,
    work: async (app) => {
      await app.get(BootstrapAdmin, { strict: false }).reset(config.HARBOR_ADMIN_PASSWORD);
      process.stdout.write('The password of admin was changed.\n');
    },
  });
});
