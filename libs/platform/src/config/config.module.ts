import { Module, type DynamicModule } from '@nestjs/common';

/** Injects the configuration of the process: `@Inject(CONFIG) config: Pick<CoreConfig, 'SECRET_KEY'>`. */
export const CONFIG = Symbol('CONFIG');

@Module({})
export class ConfigModule {
  static forRoot(config: object): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
