// Starts whatever can be started here; what cannot is named.
import { join } from 'node:path';
import { startBreakwater } from './breakwater.mjs';
import { findDistribution3, findDockerRegistry, startDistribution } from './distribution.mjs';
import { findNginx, startNginxStatic } from './nginx.mjs';

/**
 * @param {{ folder: string, say: (text: string) => void, wanted: Set<string> }} options wanted: door ids; a target that
 *   nothing asks for is not started
 * @returns {Promise<{ doors: object[], skipped: string[], stop: () => Promise<void> }>} a door: { id, name, server, endpoint }
 */
export async function startTargets({ folder, say, wanted }) {
  const skipped = [];
  const started = [];
  const stop = async () =>
    void (await Promise.all([...new Set(started.map(({ server }) => server))].map((s) => s.stop())));
  const add = async (target, name, start) => {
    if (!target) return void skipped.push(name);
    say(`starting ${target.name} …`);
    started.push(...(await start(target, join(folder, target.id))));
  };
  try {
    if (wanted.has('docker-registry'))
      await add(findDockerRegistry(), 'docker-registry (apt-get install docker-registry)', startDistribution);
    if (wanted.has('distribution-3'))
      await add(await findDistribution3(say), 'distribution 3 (needs Go)', startDistribution);
    if (wanted.has('nginx')) await add(findNginx(), 'nginx, static files', startNginxStatic);
    await add({ id: 'breakwater', name: 'Breakwater' }, 'Breakwater', (_target, path) => startBreakwater(path));
  } catch (error) {
    await stop();
    throw error;
  }
  return { doors: started, skipped, stop };
}
