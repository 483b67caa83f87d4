import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { join, resolve } from 'node:path';
import { connect } from 'node:tls';
import { Api } from './support/api';
import { type ClientHome, describeAbsent, findPrograms, makeHome, withClient } from './support/clients';
import { type Engine, firstMissing, startEngine } from './support/dockerd';
import { makePlatformFolder, type Running, startPlatform } from './support/platform';
import { outwardAddress, until } from './support/ports';
import { MediaType, RepositoryClient, sha256 } from './support/registry';
import { type Finished, run } from './support/run';

jest.setTimeout(300_000);

const ROLL = resolve(__dirname, '../../../tools/start/ca-roll.mjs');
const address = outwardAddress();
const UNKNOWN = /certificate signed by unknown authority/;

/** The platform's own certificate, as clients meet it: placed as `npm start` says, and followed by another one. */
if (process.getuid?.() !== 0) describeAbsent('certificates', 'only root may write to /etc');
else if (!address) describeAbsent('certificates', 'the machine has no address outside loopback');
else describe('certificates', () => certificates(address));

function certificates(host: string): void {
  const folder = makePlatformFolder();
  /** What the printed commands made outside the home folder. */
  const made: string[] = [];
  let home: ClientHome;
  let running: Running;
  let place: string;

  /** The lines that `npm start` printed and that contain the text, as they stand. */
  const printed = (text: string): string[] => {
    const found = running
      .said()
      .split('\n')
      .filter((line) => line.startsWith('  ') && line.includes(text));
    if (found.length === 0) throw new Error(`nothing was printed about ${text}`);
    return found;
  };
  async function type(text: string): Promise<void> {
    for (const line of printed(text)) {
      const target = / (\/etc\/\S+)\/ca\.crt$/.exec(line)?.[1];
      if (target) made.push(firstMissing(target));
      await run('/bin/sh', ['-c', line], { env: home.env });
    }
  }
  const connection = (): RequestOptions => ({ host, port: running.platform.httpsPort, rejectUnauthorized: false });
  /** Fingerprints of what is shown, the chain behind it included. */
  const shown = (port = running.platform.httpsPort): Promise<string[]> =>
    new Promise((done, fail) => {
      const socket = connect({ host, port, rejectUnauthorized: false }, () => {
        const chain = [];
        for (
          let each = socket.getPeerCertificate(true), before;
          each?.fingerprint256 && each.fingerprint256 !== before;
          before = each.fingerprint256, each = each.issuerCertificate
        )
          chain.push(each.fingerprint256);
        socket.destroy();
        done(chain);
      }).once('error', fail);
    });
  const roll = (...args: string[]) => run(process.execPath, [ROLL, '--data', join(folder, 'data'), ...args]);
  async function untilAnother(before: string[]): Promise<void> {
    for (const port of [running.platform.httpsPort, running.platform.notaryPort]) {
      await until('another certificate', async () => (await shown(port))[0] !== before[0], 30_000);
    }
  }

  beforeAll(async () => {
    home = makeHome();
    running = await startPlatform({ folder });
    await until('the summary', () => running.said().includes('Ctrl-C stops everything'));
    place = `${host}:${running.platform.httpsPort}`;
  });
  afterAll(async () => {
    await running?.stop();
    for (const path of made) rmSync(path, { recursive: true, force: true });
    home.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const login = (...more: string[]): string[] => {
    const { username, password } = running.platform.admin;
    return ['login', '-u', username, '-p', password, ...more, place];
  };

  withClient('skopeo', (program) => {
    it('trusts the platform once the CA is placed as printed', async () => {
      const skopeo = home.client(program);
      expect((await skopeo.attempt(...login())).output).toMatch(UNKNOWN);
      await type('/etc/containers/certs.d/');
      await skopeo(...login());
    });
  });

  withClient('dockerd', (program) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await startEngine({ program, insecure: [], trusted: {} });
    });
    afterAll(() => engine?.stop());

    it('trusts the platform once the CA is placed as printed', async () => {
      const docker = home.client(findPrograms('docker')[0]!, { DOCKER_HOST: engine.host });
      expect((await docker.attempt(...login())).output).toMatch(UNKNOWN);
      await type('/etc/docker/certs.d/');
      await docker(...login());
    });

    it.each(['httpsPort', 'notaryPort'] as const)('finds the CA for content trust as printed, at %s', async (port) => {
      const docker = home.client(findPrograms('docker')[0]!, {
        DOCKER_HOST: engine.host,
        DOCKER_CONTENT_TRUST: '1',
        DOCKER_CONTENT_TRUST_SERVER: `https://${host}:${running.platform[port]}`,
      });
      const pull = async () => (await docker.attempt('pull', `${place}/library/alpine:3`)).output;
      rmSync(join(home.folder, '.docker/tls'), { recursive: true, force: true });
      expect(await pull()).toMatch(UNKNOWN);
      await type('~/.docker/tls/');
      expect(await pull()).toContain('remote trust data does not exist');
    });
  });

  withClient('notary', () => {
    it('is told of the CA by the printed command', async () => {
      const [line] = printed('--tlscacert');
      const asPrinted: Promise<Finished> = run('/bin/sh', ['-c', `${line!} 2>&1; true`], { env: home.env });
      expect((await asPrinted).output).toContain('does not have trust data');
    });
  });

  describe('another CA', () => {
    let before: string;
    const placed = () => readFileSync(join(folder, 'data/tls/ca.crt'), 'utf8');
    /** Does somebody who trusts only this CA trust the platform? */
    const trusts = (ca: string): Promise<boolean> =>
      new Promise((done) => {
        const socket = connect({ host, port: running.platform.httpsPort, ca }, () => done(socket.destroy() && true));
        socket.once('error', () => done(false));
      });

    it('takes over while an upload and a download go on', async () => {
      before = placed();
      const { admin } = running.platform;
      await new Api(running.platform, admin).createProject('moving');
      const repository = await RepositoryClient.open(running.platform, 'moving/app', admin);
      const headers = { authorization: repository.authorization };
      const blob = randomBytes(48 * 1024 * 1024);
      const { digest } = await repository.pushBlob(blob, MediaType.layer);
      const answerTo = (outgoing: ReturnType<typeof request>): Promise<IncomingMessage> =>
        new Promise((done, fail) => outgoing.once('response', done).once('error', fail));

      const download = request({ ...connection(), agent: false, headers, path: `/v2/moving/app/blobs/${digest}` });
      const downloading = answerTo(download);
      download.end();
      // Not read yet: far more than the buffers on the way can hold is still to come.
      const incoming = await downloading;
      const path = new URL(await repository.startUpload(), repository.url).pathname;
      const upload = request({ ...connection(), agent: false, headers, path, method: 'PATCH' });
      const uploading = answerTo(upload);
      upload.write(blob.subarray(0, 4 * 1024 * 1024));

      const chain = await shown();
      expect((await roll()).stdout).toContain(join(folder, 'data/tls/ca.crt'));
      await untilAnother(chain);

      upload.end(blob.subarray(4 * 1024 * 1024));
      const uploaded = await uploading;
      expect([uploaded.statusCode, uploaded.headers.range]).toEqual([202, `0-${blob.length - 1}`]);
      const received = [];
      for await (const chunk of incoming) received.push(chunk as Buffer);
      expect(sha256(Buffer.concat(received))).toBe(digest);
      expect(running.said()).toContain('new connections get the new certificate');
    });

    it('is trusted by those who have it, and by those who have the one before, until that is ended', async () => {
      expect(placed()).not.toBe(before);
      expect([await trusts(before), await trusts(placed())]).toEqual([true, true]);
      const [skopeo] = findPrograms('skopeo');
      if (skopeo) await home.client(skopeo)(...login());
      const chain = await shown();
      await roll('--end');
      await untilAnother(chain);
      expect([await trusts(before), await trusts(placed())]).toEqual([false, true]);
      if (skopeo) expect((await home.client(skopeo).attempt(...login())).output).toMatch(UNKNOWN);
    });
  });
}
