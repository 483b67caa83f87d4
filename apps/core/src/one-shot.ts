import { ConfigModule, DatabaseModule } from '@breakwater/platform';
import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Module({})
class OneShotModule {}

interface OneShot {
  name: string;
  config: { DATABASE_URL: string; DATABASE_POOL_SIZE: number };
  module: Type;
  work: (app: INestApplicationContext) => Promise<void>;
}

/** A program that does one thing with a library's services, without a server, and ends. */
export async function runOnce({ name, config, module, work }: OneShot): Promise<void> {
  const imports = [
    ConfigModule.forRoot(config),
    DatabaseModule.forRoot({ ...config, applicationName: `breakwater-${name}` }),
    module,
  ];
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.createApplicationContext({ module: OneShotModule, imports }, options);
  try {
    await work(app);
  } finally {
    await app.close();
  }
}
