import 'reflect-metadata';
import { keysRotateConfig, loadConfig, run } from '@breakwater/platform';
import { SigningKeys, TokensModule } from '@breakwater/tokens';
import { runOnce } from './one-shot';

/** A new key signs registry tokens from now on; those signed before stay valid until they expire: `npm run keys:rotate`. */
run(async () => {
  await runOnce({
    name: 'keys-rotate',
    config: loadConfig(keysRotateConfig),
    module: TokensModule,
    work: async (app) => {
      const kid = await app.get(SigningKeys, { strict: false }).rotate();
      process.stdout.write(`Registry tokens are signed with key ${kid} from now on.\n`);
    },
  });
});
