// The limit: nginx serving the same bytes as plain files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getuid } from 'node:process';
import { freePort } from '../../services/ports.mjs';
import { findProgram, startProcess } from '../../services/process.mjs';
import { processes, treeOf } from '../machine.mjs';

export function findNginx() {
  const program = findProgram('nginx');
  return program && { id: 'nginx', name: 'nginx, static files', program };
}

export async function startNginxStatic({ id, name, program }, folder) {
  const port = await freePort();
  const root = join(folder, 'files');
  mkdirSync(root, { recursive: true });
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configuration({ folder, root, port }));
  const handle = await startProcess({
    name,
    command: program,
    args: ['-p', folder, '-c', config, '-e', 'stderr', '-g', 'daemon off;'],
    stopSignal: 'SIGQUIT',
    ready: async () => void (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })),
  });
  const server = {
    id,
    name,
    groups: (all = processes()) => ({ nginx: treeOf(handle.pid, all) }),
    authorize: async () => [''],
    /** Puts a file where the path of a request finds it. */
    write: (path, bytes) => {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    },
    stop: () => handle.stop(5_000),
  };
  return [{ id, name, server, endpoint: { host: '127.0.0.1', port } }];
}

/** What deploy/nginx uses for blobs, and nothing else. */
function configuration({ folder, root, port }) {
  return `${getuid() === 0 ? 'user root;' : ''}
worker_processes auto;
pid "${folder}/nginx.pid";
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=65536 inactive=60s;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((part) => `${part}_temp_path "${folder}/${part}";`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    root "${root}";
  }
}
`;
}
