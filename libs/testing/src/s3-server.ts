import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const clients = join(__dirname, '../../../apps/e2e/clients/clients.json');

/** versitygw, a real S3 server, on a folder that goes with it. */
export interface S3Server {
  /** http://127.0.0.1:<port> */
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** A new bucket; returns its name. */
  makeBucket(): Promise<string>;
  stop(): Promise<void>;
}

/** Tests that need an S3 server: skipped by name where versitygw is absent, failed with REQUIRE_CLIENTS=1. */
export function describeWithS3(title: string, tests: (server: () => S3Server) => void): void {
  const program = findVersitygw();
  describe(title, () => {
    if (!program) {
      const run = process.env.REQUIRE_CLIENTS === '1' ? it : it.skip;
      run('versitygw is not installed', () => {
        throw new Error(
          'versitygw is not installed (node apps/e2e/clients/install.mjs), and REQUIRE_CLIENTS=1 demands it',
        );
      });
      return;
    }
    let server: S3Server | undefined;
    beforeAll(async () => {
      server = await startVersitygw(program);
    });
    afterAll(() => server?.stop());
    tests(() => {
      if (!server) throw new Error('the S3 server runs once tests do');
      return server;
    });
  });
}

/** The version that clients.json pins, from the cache of clients/install.mjs. */
function findVersitygw(): string | undefined {
  const pinned = JSON.parse(readFileSync(clients, 'utf8')) as { versitygw: { version: string } };
  const cache = process.env.BREAKWATER_TOOLS || join(homedir(), '.cache', 'breakwater-tools');
  const program = join(cache, `versitygw-${pinned.versitygw.version}`, 'versitygw');
  return existsSync(program) ? program : undefined;
}

async function startVersitygw(program: string): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'versitygw-'));
  // Attributes beside the files: a temporary folder may have no extended ones.
  const [objects, attributes] = ['objects', 'attributes'].map((name) => join(folder, name)) as [string, string];
  for (const path of [objects, attributes]) mkdirSync(path);
  const port = await freePort();
  const [accessKey, secretKey] = [randomBytes(8).toString('hex'), randomBytes(16).toString('hex')];
  const child = spawn(program, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', '--sidecar', attributes, objects], {
    cwd: folder,
    env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    stdio: 'ignore',
  });
  const server = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', accessKey, secretKey };
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(server.endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...server, stop, makeBucket: () => makeBucket(server) };
}

async function makeBucket(server: Pick<S3Server, 'endpoint' | 'region' | 'accessKey' | 'secretKey'>): Promise<string> {
  // Most tests that import this library never see S3.
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const credentials = { accessKeyId: server.accessKey, secretAccessKey: server.secretKey };
  const client = new S3Client({ endpoint: server.endpoint, region: server.region, credentials, forcePathStyle: true });
  const Bucket = `test-${randomBytes(6).toString('hex')}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  client.destroy();
  return Bucket;
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer) return;
  }
  throw new Error('versitygw did not answer within 20 s');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(deadline);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
