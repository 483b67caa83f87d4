import { Api } from './support/api';
import { findPrograms, makeHome } from './support/clients';
import { openProject, type ProjectFixture } from './support/fixtures';
import { type Answer, basic, expectStatus, send } from './support/http';
import { uniqueLayer } from './support/images';
import { hasIpv6Loopback } from './support/ports';
import { sendHead } from './support/raw';
import { MediaType, parseChallenge, RepositoryClient } from './support/registry';

jest.setTimeout(60_000);

describe('the front door', () => {
  let fixture: ProjectFixture;
  let repository: RepositoryClient;
  let digest: string;

  beforeAll(async () => {
    fixture = await openProject('front-door');
    const { platform, project, developer } = fixture;
    repository = await RepositoryClient.open(platform, `${project}/nested/deep/app`, developer);
    digest = await repository.pushImage('v1', uniqueLayer());
  });

  describe('double-encoded repository names', () => {
    const path = (rest = '') => `/projects/${fixture.project}/repositories/nested%252Fdeep%252Fapp${rest}`;

    it('reach core unchanged', async () => {
      const answer = expectStatus(await fixture.api.call('GET', path()), 200);
      expect(answer.json()).toMatchObject({ name: `${fixture.project}/nested/deep/app`, artifact_count: 1 });
    });

    it.each(['v1', 'digest'])('with a reference behind them: %s', async (reference) => {
      const wanted = reference === 'digest' ? digest : reference;
      const answer = expectStatus(await fixture.api.call('GET', path(`/artifacts/${wanted}?with_tag=true`)), 200);
      expect(answer.json()).toMatchObject({ digest, tags: [{ name: 'v1' }] });
    });

    it('also in requests that change something', async () => {
      const { platform, project, maintainer } = fixture;
      const doomed = await RepositoryClient.open(platform, `${project}/a/doomed`, maintainer);
      await doomed.pushImage('v1', uniqueLayer());
      const api = new Api(platform, maintainer);
      const there = `/projects/${project}/repositories/a%252Fdoomed`;
      expectStatus(await api.call('DELETE', there), 200);
      expectStatus(await api.call('GET', there), 404);
    });
  });

  it('shows no metrics', async () => {
    for (const path of ['/metrics', '/v2/metrics', '/api/metrics'])
      expectStatus(await send(`${fixture.platform.httpUrl}${path}`), 404);
  });

  it('tells in the envelope what it refuses before it knows the address', async () => {
    const long = 'a'.repeat(40_000);
    const url = `${fixture.platform.httpUrl}/api/v2.0/projects`;
    for (const [answer, status] of [
      [await send(`${url}?q=${long}`), 414],
      [await send(url, { headers: { 'X-Long': long } }), 400],
      [await send(`${fixture.platform.httpUrl}/api/..%2f..%2fx`), 400],
    ] as const) {
      expectStatus(answer, status);
      expect(answer.json()).toMatchObject({ errors: [{ code: 'BAD_REQUEST' }] });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  describe('Expect: 100-continue', () => {
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MediaType.index, manifests: [] }));
    const head = (line: string, size: number, headers = {}) =>
      sendHead(fixture.platform.httpPort, {
        line,
        headers: { Expect: '100-continue', 'Content-Length': size, 'Content-Type': MediaType.index, ...headers },
      });

    it.each([
      ['a manifest', 'PUT', 'manifests/v2'],
      [
        'an upload',
        'POST',
        'blobs/uploads/?digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      ],
    ])('is refused before the body of %s without credentials', async (_what, method, path) => {
      const exchange = await head(`${method} /v2/${repository.name}/${path}`, 3_000_000);
      exchange.close();
      expect(exchange.status).toBe(401);
    });

    it('is refused before the body of a manifest that is too large', async () => {
      const authorization = { Authorization: repository.authorization };
      const exchange = await head(`PUT /v2/${repository.name}/manifests/v2`, 64 * 1024 * 1024, authorization);
      exchange.close();
      expect(exchange.status).toBe(413);
    });

    it('is answered with 100 where the body is welcome', async () => {
      const authorization = { Authorization: repository.authorization };
      const exchange = await head(`PUT /v2/${repository.name}/manifests/empty`, manifest.length, authorization);
      expect(exchange.status).toBe(100);
      expect(await exchange.continueWith(manifest)).toBe(201);
      exchange.close();
    });
  });

  describe('what must stay inside', () => {
    it.each(['/internal/', '/internal/sessions', '/_blobs/', '/_blobs/docker/registry/v2/blobs', '/v2/../internal/'])(
      'hides %s',
      async (path) => {
        const { platform } = fixture;
        const headers = { authorization: basic(platform.admin) };
        const answer = await send(`${platform.httpUrl}${path}`, { headers });
        expect([400, 404]).toContain(answer.status);
      },
    );

    it('never shows where a blob lies', async () => {
      const manifest = await repository.send('GET', 'manifests/v1');
      const [layer] = manifest.json<{ layers: { digest: string; size: number }[] }>().layers;
      const blob = expectStatus(await repository.send('GET', `blobs/${layer!.digest}`), 200);
      expect(blob.body).toHaveLength(layer!.size);
      expect(Object.keys(blob.headers).filter((name) => name.startsWith('x-accel'))).toEqual([]);
    });
  });

  (hasIpv6Loopback() ? describe : describe.skip)('on [::1] (skipped where the machine has no IPv6)', () => {
    const host = () => `[::1]:${fixture.platform.httpPort}`;

    it('is addressed by the name the client used', async () => {
      const answer: Answer = await send(`http://${host()}/v2/`);
      expect(answer.status).toBe(401);
      expect(parseChallenge(answer.headers['www-authenticate']).realm).toBe(`http://${host()}/service/token`);
    });

    it('takes and gives images', async () => {
      const { platform, project, developer } = fixture;
      const local = { ...platform, httpUrl: `http://${host()}` };
      const here = await RepositoryClient.open(local, `${project}/six`, developer);
      const pushed = await here.pushImage('v1', uniqueLayer());
      const pulled = expectStatus(await here.send('GET', 'manifests/v1'), 200);
      expect(pulled.headers['docker-content-digest']).toBe(pushed);
    });

    const [crane] = findPrograms('crane');
    (crane ? it : it.skip)('is understood by crane', async () => {
      const { project, developer } = fixture;
      const home = makeHome();
      const client = home.client(crane!);
      await client('auth', 'login', host(), '-u', developer.username, '-p', developer.password);
      const { stdout } = await client('digest', '--insecure', `${host()}/${project}/nested/deep/app:v1`);
      home.remove();
      expect(stdout.trim()).toBe(digest);
    });
  });
});
