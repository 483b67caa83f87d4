import { TestResponder } from '../testing/test-responder.suite';
import { RevocationFetcher } from './revocation-fetcher';

const responder = new TestResponder();
const { signal } = new AbortController();
const hour = 3_600_000;
const request = Buffer.from([0x30, 0x00, 0xff, 0x80]);
const list = Buffer.from('a list');
let fetcher: RevocationFetcher;
let ahead = 0;

beforeEach(async () => {
  const { now } = Date;
  ahead = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  fetcher = new RevocationFetcher({ REVOCATION_ALLOWED_NETWORKS: ['127.0.0.1'] });
  await responder.start();
  responder.asked.length = 0;
  responder.slowMs = 0;
  responder.answers.clear();
  responder.answers.set('/a.crl', list).set('/ocsp', Buffer.from('an answer'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await responder.stop();
});

const client = (by = fetcher) => by.clientFor(signal);
const fetchList = (path = '/a.crl', by = fetcher) => client(by).crl(responder.url(path));
const ask = (body = request) => client().ocsp(responder.url('/ocsp'), body);
const isKept = (bytes: Buffer, forMs: number) => client().keep?.(bytes, new Date(Date.now() + forMs));

describe('a question', () => {
  it('is a GET for a list and a POST for OCSP, with the bytes of the request', async () => {
    expect((await fetchList()).toString()).toBe('a list');
    expect((await ask()).toString()).toBe('an answer');
    expect(responder.asked).toMatchObject([
      { method: 'GET', path: '/a.crl' },
      { method: 'POST', path: '/ocsp', type: 'application/ocsp-request', body: request },
    ]);
  });

  it('is asked once for all who ask at the same time', async () => {
    responder.slowMs = 50;
    await Promise.all([fetchList(), fetchList(), fetchList(), ask(), ask(), ask(Buffer.from('another'))]);
    expect(responder.paths().sort()).toEqual(['/a.crl', '/ocsp', '/ocsp']);
  });

  it('is not sent to internal addresses that no setting allows', async () => {
    const strict = new RevocationFetcher({});
    for (const url of [responder.url('/a.crl'), 'http://localhost/a', 'http://169.254.169.254/a', 'http://[::1]/a']) {
      await expect(client(strict).crl(url)).rejects.toThrow('REVOCATION_ALLOWED_NETWORKS does not allow it');
    }
    expect(responder.paths()).toEqual([]);
  });

  it.each([
    ['of another status', 503 as const, 'answers 503'],
    ['that sends elsewhere', { location: '/a.crl' }, 'answers 302'],
    ['without an end', Buffer.alloc(5 * 1024 * 1024), 'answers more than 4194304 bytes'],
  ])('has no answer in one %s', async (_what, answer, problem) => {
    responder.answers.set('/b.crl', answer);
    await expect(fetchList('/b.crl')).rejects.toThrow(problem);
    expect(responder.paths()).toEqual(['/b.crl']);
  });

  it('is waited for no longer than who asks can wait, and two seconds for OCSP', async () => {
    responder.slowMs = 60_000;
    const abort = new AbortController();
    const waiting = fetcher.clientFor(abort.signal).crl(responder.url('/a.crl'));
    abort.abort(new Error('the pull is over'));
    await expect(waiting).rejects.toThrow('the pull is over');
    await expect(ask()).rejects.toThrow('no answer within 2 s');
  });

  it('is not asked again at once where nobody answered', async () => {
    await responder.stop();
    await expect(fetchList()).rejects.toThrow('ECONNREFUSED');
    await responder.start();
    await expect(fetchList()).rejects.toThrow('ECONNREFUSED');
    ahead += 30_000;
    expect((await fetchList()).toString()).toBe('a list');
  });
});

describe('an answer', () => {
  it('is asked for anew unless it was believed', async () => {
    await fetchList();
    await fetchList();
    expect(responder.paths()).toEqual(['/a.crl', '/a.crl']);
    isKept(await fetchList(), 2 * hour);
    isKept(await ask(), 2 * hour);
    responder.paths();
    await Promise.all([fetchList(), ask()]);
    expect(responder.paths()).toEqual([]);
    await ask(Buffer.from('another'));
    expect(responder.paths()).toEqual(['/ocsp']);
  });

  it('is asked for anew after an hour, and does until its end where nobody answers', async () => {
    isKept(await fetchList(), 3 * hour);
    ahead += hour;
    responder.answers.set('/a.crl', Buffer.from('a newer list'));
    expect((await fetchList()).toString()).toBe('a newer list');
    await responder.stop();
    expect((await fetchList()).toString()).toBe('a list');
    ahead += 2 * hour;
    await expect(fetchList()).rejects.toThrow('ECONNREFUSED');
  });

  it('is kept while there is room', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024);
    for (let n = 0; n < 9; n++) {
      responder.answers.set(`/${n}`, large);
      isKept(await fetchList(`/${n}`), hour);
    }
    responder.paths();
    await fetchList('/8');
    await fetchList('/0');
    expect(responder.paths()).toEqual(['/0']);
  });
});
