import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import cluster from 'node:cluster';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrainState } from '../health/drain-state';
import { ConnectionDrain } from './connection-drain';

export interface DrainSettings {
  DRAIN_DELAY_SECONDS: number;
  DRAIN_SECONDS: number;
}

/** For the database pool and the like to close, when nobody is served any more. */
const closeMs = 10_000;
/** A worker hears Ctrl-C twice: the terminal tells the whole group, and the primary tells its workers. */
const echoMs = 1_000;

/**
 * On SIGTERM and SIGINT the process serves to its end what is under way, closes everything and exits with 0. A second
 * signal ends it at once. Call before the server listens.
 */
export function endOnSignals(app: NestFastifyApplication, settings: DrainSettings): void {
  const connections = new ConnectionDrain(app.getHttpServer());
  const logger = app.get(Logger);
  let asked: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked === undefined) {
      asked = performance.now();
      logger.log(`${signal}: serving what is under way, then ending`);
      drainAndClose(app, connections, settings).then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'the end was not orderly');
          process.exit(1);
        },
      );
    } else if (!cluster.isWorker || performance.now() - asked > echoMs) {
      process.exit(128 + constants.signals[signal]);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function drainAndClose(
  app: NestFastifyApplication,
  connections: ConnectionDrain,
  { DRAIN_DELAY_SECONDS, DRAIN_SECONDS }: DrainSettings,
): Promise<void> {
  app.get(DrainState).begin();
  await sleep(DRAIN_DELAY_SECONDS * 1_000);
  const cut = await connections.end(DRAIN_SECONDS * 1_000);
  if (cut > 0) app.get(Logger).warn(`${cut} connections were not done after ${DRAIN_SECONDS} s and were cut`);
  const late = sleep(closeMs, undefined, { ref: false }).then(() => {
    throw new Error(`still not closed after ${closeMs / 1_000} s`);
  });
  await Promise.race([app.close(), late]);
}
