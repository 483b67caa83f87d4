import 'reflect-metadata';
import { ConfigModule, DatabaseModule, loadConfig, run, signerKeysRotateConfig } from '@breakwater/platform';
import { SignerModule, WrappingKeys } from '@breakwater/signer';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Module({})
class OneShotModule {}

/**
 * Every key of the signer is sealed anew with a new wrapping key, under the SIGNER_KEY of today (`npm run keys:rotate`
 * does it too). Signers may run meanwhile.
 */
run(async () => {
  const config = loadConfig(signerKeysRotateConfig);
  const imports = [
    ConfigModule.forRoot(config),
    DatabaseModule.forRoot({ ...config, applicationName: 'breakwater-signer-keys-rotate' }),
    SignerModule,
  ];
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.createApplicationContext({ module: OneShotModule, imports }, options);
  try {
    const { id, keys } = await app.get(WrappingKeys, { strict: false }).rotate();
    process.stdout.write(`The signer's ${keys} keys are sealed with wrapping key ${id} now.\n`);
  } finally {
    await app.close();
  }
});
