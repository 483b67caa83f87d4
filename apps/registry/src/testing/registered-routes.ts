import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** `GET /v2/:name/tags/list` for everything that the router answers, read from its own picture of itself. */
export function registeredRoutes(app: NestFastifyApplication): string[] {
  const routes: string[] = [];
  const parents: string[] = [];
  const picture = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  for (const line of picture.split('\n')) {
    const [, indent = '', segment, methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    if (segment === undefined) continue;
    const depth = indent.length / 4;
    // Two routes may name one parameter differently: `/:id|:name`.
    parents[depth] = (parents[depth - 1] ?? '') + segment.replace(/\|:\w+/g, '');
    for (const method of methods.split(', ').filter(Boolean)) routes.push(`${method} ${parents[depth]}`);
  }
  return routes;
}
