import 'reflect-metadata';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Authenticated, Public } from './access.decorators';
import { RouteInventory } from './route-inventory';

@Controller('declared')
class DeclaredController {
  @Get()
  @Public()
  list(): string {
    return 'open';
  }

  @Post(':id')
  @Authenticated()
  create(): string {
    return 'made';
  }
}

@Controller(['forgotten', 'lost'])
class ForgottenController {
  @Get(':id')
  read(): string {
    return 'secret';
  }

  helper(): string {
    return 'not a route';
  }
}

@Controller()
class PlatformController {
  @Get('healthz')
  healthz(): string {
    return 'ok';
  }
}

@Controller('whole')
@Public()
class OpenController {
  @Get()
  read(): string {
    return 'open';
  }
}

@Module({ imports: [DiscoveryModule], providers: [RouteInventory] })
class InventoryModule {}

async function start(
  ...controllers: (typeof DeclaredController | typeof ForgottenController)[]
): Promise<RouteInventory> {
  const app = await NestFactory.create({ module: InventoryModule, controllers } as never, new FastifyAdapter(), {
    logger: false,
    abortOnError: false,
  });
  await app.init();
  return app.get(RouteInventory);
}

describe('the app', () => {
  it('starts when every route says who may call it, for itself or for its controller', async () => {
    const inventory = await start(DeclaredController, PlatformController as never, OpenController as never);
    const routes = inventory.routes().map(({ method, path, handler, access }) => ({ method, path, handler, access }));
    expect(routes).toEqual([
      { method: 'GET', path: '/declared', handler: 'DeclaredController.list', access: { kind: 'public' } },
      {
        method: 'POST',
        path: '/declared/:id',
        handler: 'DeclaredController.create',
        access: { kind: 'authenticated' },
      },
      { method: 'GET', path: '/healthz', handler: 'PlatformController.healthz', access: undefined },
      { method: 'GET', path: '/whole', handler: 'OpenController.read', access: { kind: 'public' } },
    ]);
  });

  it('does not start when one was forgotten, and names it', async () => {
    await expect(start(DeclaredController, ForgottenController)).rejects.toThrow(
      /GET \/forgotten\/:id \(ForgottenController\.read\), GET \/lost\/:id/,
    );
  });
});
