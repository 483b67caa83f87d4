import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * `GET /api/v2.0/users/:user_id` for everything that the router of the process answers, whoever registered it. Read
 * from the router's own picture of itself, a tree of path segments.
 */
export function registeredRoutes(app: NestFastifyApplication): string[] {
  const routes: string[] = [];
  const parents: string[] = [];
  for (const line of app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', segment, methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    if (segment === undefined) continue;
    const depth = indent.length / 4;
    // Two routes may name one parameter differently: `/:id|:name`.
    const path = (parents[depth - 1] ?? '') + segment.replace(/\|:\w+/g, '');
    parents[depth] = path;
    routes.push(
      ...methods
        .split(', ')
        .filter(Boolean)
        .map((method) => `${method} ${path}`),
    );
  }
  return routes;
}
