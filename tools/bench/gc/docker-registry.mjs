// The peer: `docker-registry garbage-collect`, which wants the registry stopped or read-only.
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endedChildrenSeconds } from '../machine.mjs';

/**
 * @param {{ program: string }} registry
 * @param {{ folder: string, root: string }} place the tree, and where its configuration and output go
 * @returns {Promise<{ seconds: number, cpu: number }>}
 */
export async function collectWithDockerRegistry({ program }, { folder, root }) {
  const config = join(folder, 'docker-registry.yml');
  const storage = `{filesystem: {rootdirectory: ${JSON.stringify(root)}}, delete: {enabled: true}}`;
  writeFileSync(config, `version: 0.1\nlog: {level: error}\nstorage: ${storage}\n`);
  // Untagged manifests stay, as they do with us: -m would delete more.
  const log = openSync(join(folder, 'docker-registry.log'), 'w');
  const before = endedChildrenSeconds();
  const began = performance.now();
  try {
    await run(program, ['garbage-collect', config], log);
  } finally {
    closeSync(log);
  }
  return { seconds: (performance.now() - began) / 1_000, cpu: endedChildrenSeconds() - before };
}

function run(program, args, log) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', log, log], env: { PATH: process.env.PATH } });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`garbage-collect ended with ${code}`))));
  });
}
