import 'reflect-metadata';
import { keysRotateConfig, loadConfig, run } from '@breakwater/platform';
import { SealingKeys } from '@breakwater/settings';
import { SigningKeys, TokensModule } from '@breakwater/tokens';
import { runOnce } from './one-shot';

/**
 * A new key signs registry tokens from now on; those signed before stay valid until they expire. Secrets among the
 * settings are sealed anew with a new key: `npm run keys:rotate`.
 */
run(async () => {
  await runOnce({
    name: 'keys-rotate',
    config: loadConfig(keysRotateConfig),
    module: TokensModule,
    work: async (app) => {
      const kid = await app.get(SigningKeys, { strict: false }).rotate();
      process.stdout.write(`Registry tokens are signed with key ${kid} from now on.\n`);
      const sealing = await app.get(SealingKeys, { strict: false }).rotate();
      process.stdout.write(`Secrets among the settings are sealed with key ${sealing} now.\n`);
    },
  });
});
