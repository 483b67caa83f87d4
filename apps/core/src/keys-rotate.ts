import 'reflect-metadata';
import { Database, keysRotateConfig, loadConfig, run } from '@breakwater/platform';
import { ScannerCredentials, ScannerCredentialsModule } from '@breakwater/scanners';
import { SealingKeys } from '@breakwater/settings';
import { SigningKeys, TokensModule } from '@breakwater/tokens';
import { Module } from '@nestjs/common';
import { runOnce } from './one-shot';

@Module({ imports: [TokensModule, ScannerCredentialsModule] })
class KeysRotateModule {}

/**
 * A new key signs registry tokens from now on; those signed before stay valid until they expire. Secrets among the
 * settings, and scanners' credentials, are sealed anew with a new key: `npm run keys:rotate`.
 */
run(async () => {
  await runOnce({
    name: 'keys-rotate',
    config: loadConfig(keysRotateConfig),
    module: KeysRotateModule,
    work: async (app) => {
      const kid = await app.get(SigningKeys, { strict: false }).rotate();
      process.stdout.write(`Registry tokens are signed with key ${kid} from now on.\n`);
      const sealing = await app.get(Database, { strict: false }).transaction(async () => {
        const key = await app.get(SealingKeys, { strict: false }).rotate();
        await app.get(ScannerCredentials, { strict: false }).reseal(key);
        return key;
      });
      process.stdout.write(
        `Secrets among the settings and credentials of scanners are sealed with key ${sealing} now.\n`,
      );
    },
  });
});
