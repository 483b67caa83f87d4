import type { Server } from 'node:http';

/**
 * Node answers `Expect: 100-continue` by itself unless told otherwise. Handlers do it (request-body.ts) once they know
 * that they want the body, so that a client that may not push does not send gigabytes first.
 */
export function leaveContinueToHandlers(server: Server): void {
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
}
