import {
  makeCertificate,
  makeCrl,
  makeOcspResponse,
  makeRoot,
  notationManifest,
  signWithNotation,
  toPem,
  type TestCertificate,
} from '@breakwater/testing/signing';
import { TrustPoliciesService } from '@breakwater/trust-policies';
import { SignaturesBench, type Pushed } from '../testing/signatures-bench.suite';
import { TestResponder } from '../testing/test-responder.suite';
import { SignatureRounds } from '../verification/signature-rounds';
import { SubjectVerification } from '../verification/subject-verification';

const responder = new TestResponder();
const root = makeRoot('C=US, ST=WA, O=acme, CN=acme root');
const minute = 60_000;
let bench: SignaturesBench;
let ahead = 0;

beforeAll(async () => {
  await responder.start();
  bench = await SignaturesBench.start({ REVOCATION_ALLOWED_NETWORKS: ['127.0.0.1'] });
  await bench.trust('ca', 'acme', toPem(root.der));
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
}, 60_000);
afterAll(async () => {
  jest.restoreAllMocks();
  await bench.close();
  await responder.stop();
});
beforeEach(() => {
  responder.asked.length = 0;
});

let count = 0;
/** Somebody who signs, and where to ask about the certificate; nobody else is asked there. */
function signer(kind: 'ocsp' | 'crl') {
  const path = `/${kind}/${++count}`;
  const url = responder.url(path);
  const certificate = makeCertificate({
    subject: 'C=US, ST=WA, O=acme, CN=builder',
    issuer: root,
    ...(kind === 'ocsp' ? { ocspUrl: url } : { crlUrl: url }),
  });
  return { certificate, path };
}
type Level = 'strict' | 'permissive';
const policy = (level: Level = 'strict', revocation: 'off' | 'check' = 'check') =>
  bench.setPolicy({ notation: { level, revocation } });
/** By the clock that verdicts go by, which is not put ahead. */
const end = (inMinutes: number) => new Date(Math.floor(new Date().getTime() / 1_000) * 1_000 + inMinutes * minute);
const answers = (path: string, answer: Buffer) => responder.answers.set(path, answer);

async function sign(certificate: TestCertificate, subject?: Pushed): Promise<Pushed> {
  const image = subject ?? (await bench.pushImage(`image ${++count}`));
  const chain = [certificate, root];
  const { mediaType, envelope } = signWithNotation({ subject: image, chain });
  const { content } = notationManifest({ mediaType, envelope }, image, chain);
  await bench.push(content, [Buffer.from('{}'), envelope]);
  await bench.settle();
  return image;
}

async function seen({ digest }: Pushed) {
  const { status, signatures } = await bench.view(digest);
  const [{ verdict } = {}] = signatures;
  const check = verdict?.checks.find(({ name }) => name === 'revocation');
  return { status, verdict: verdict?.status, outcome: check?.outcome, reason: check?.reason };
}
async function recheckIn({ digest }: Pushed): Promise<number> {
  const [row] = await bench.query<{ minutes: number }>(
    `SELECT extract(epoch FROM recheck_time - verified_time)::float / 60 AS minutes FROM signature WHERE subject_digest = $1`,
    [digest],
  );
  return Math.round(row!.minutes);
}
/** The time of its verdict has come. Answers how many verifications were started. */
async function comeDue({ digest }: Pushed): Promise<number> {
  await bench.query(`UPDATE signature SET recheck_time = now() WHERE subject_digest = $1`, [digest]);
  const started = await bench.get(SignatureRounds).run();
  await bench.settle();
  return started;
}

describe('revocation', () => {
  it('is not asked about unless the policy says so', async () => {
    const { certificate, path } = signer('crl');
    answers(path, makeCrl({ issuer: root, revoked: [{ certificate }] }));
    await bench.setPolicy({});
    const image = await sign(certificate);
    expect(await seen(image)).toMatchObject({ status: 'signed', outcome: 'skipped' });
    expect(responder.paths()).toEqual([]);
    await policy();
    expect(await bench.status(image.digest)).toBe('stale');
    await bench.settle();
    expect(await seen(image)).toMatchObject({ status: 'invalid', verdict: 'revoked', outcome: 'failed' });
    expect(responder.paths()).toEqual([path]);
  });

  it.each(['crl', 'ocsp'] as const)('by %s shows once what was heard has ended', async (kind) => {
    const { certificate, path } = signer(kind);
    const revoked = [{ certificate }];
    const nextUpdate = end(30);
    const [good, bad] =
      kind === 'crl'
        ? [makeCrl({ issuer: root, nextUpdate }), makeCrl({ issuer: root, revoked })]
        : [
            makeOcspResponse({ certificate, issuer: root, nextUpdate }),
            makeOcspResponse({ certificate, issuer: root, status: 'revoked' }),
          ];
    await policy();
    answers(path, good);
    const images = [await sign(certificate), await sign(certificate)];
    for (const image of images) {
      expect(await seen(image)).toMatchObject({ status: 'signed', verdict: 'valid', outcome: 'passed' });
      expect(await recheckIn(image)).toBe(30);
    }
    // Kept for the second.
    expect(responder.paths()).toEqual([path]);
    answers(path, bad);
    expect(await comeDue(images[0]!)).toBe(1);
    expect(await seen(images[0]!)).toMatchObject({ status: 'signed' });
    expect(responder.paths()).toEqual([]);
    ahead += 31 * minute;
    expect(await comeDue(images[0]!)).toBe(1);
    expect(await seen(images[0]!)).toMatchObject({ status: 'invalid', verdict: 'revoked' });
    ahead -= 31 * minute;
  });

  it.each([
    ['strict', { status: 'invalid', verdict: 'invalid', outcome: 'failed' }],
    ['permissive', { status: 'signed', verdict: 'valid', outcome: 'logged' }],
  ] as const)('that nobody answers for is %s', async (level, expected) => {
    const { certificate, path } = signer('ocsp');
    answers(path, makeOcspResponse({ certificate, issuer: root, nextUpdate: end(60) }));
    await policy(level);
    await responder.stop();
    const image = await sign(certificate);
    expect(await seen(image)).toMatchObject({
      ...expected,
      reason: expect.stringMatching(
        /"C=US, ST=WA, O=acme, CN=builder" is revoked cannot be found out: http.*ECONNREFUSED/,
      ),
    });
    expect(await recheckIn(image)).toBe(5);
    // It stays away, and comes back: each time it is looked again.
    ahead += minute;
    expect(await comeDue(image)).toBe(1);
    expect(await seen(image)).toMatchObject(expected);
    await responder.start();
    ahead += minute;
    expect(await comeDue(image)).toBe(1);
    expect(await seen(image)).toMatchObject({ status: 'signed', verdict: 'valid', outcome: 'passed' });
    expect(await recheckIn(image)).toBe(60);
  });

  it('that a pull cannot wait for is no verdict', async () => {
    const { certificate, path } = signer('crl');
    answers(path, makeCrl({ issuer: root }));
    await policy('strict', 'off');
    const image = await sign(certificate);
    await policy();
    responder.slowMs = 1_000;
    const [repository] = await bench.query<{ id: number; name: string }>(
      `SELECT id, name FROM repository WHERE name = 'bench/app'`,
    );
    const round = {
      policy: await bench.get(TrustPoliciesService).ofProject(bench.projectId),
      signal: AbortSignal.timeout(300),
    };
    const of = { ...repository!, projectId: bench.projectId };
    await expect(bench.get(SubjectVerification).verify(of, image.digest, round)).rejects.toThrow('timeout');
    expect(await bench.status(image.digest)).toBe('stale');
    // The fetch goes on for others.
    await bench.settle();
    responder.slowMs = 0;
    expect(await bench.status(image.digest)).toBe('signed');
    expect(responder.paths().filter((asked) => asked === path)).toEqual([path]);
  });

  it('is not asked about a signer whom nobody vouches for', async () => {
    const stranger = makeRoot('C=US, ST=WA, O=other, CN=other root');
    const certificate = makeCertificate({
      subject: 'C=US, ST=WA, O=other, CN=x',
      issuer: stranger,
      crlUrl: responder.url('/x'),
    });
    await policy();
    const image = await bench.pushImage(`image ${++count}`);
    const { mediaType, envelope } = signWithNotation({ subject: image, chain: [certificate, stranger] });
    const { content } = notationManifest({ mediaType, envelope }, image, [certificate, stranger]);
    await bench.push(content, [Buffer.from('{}'), envelope]);
    await bench.settle();
    expect(await seen(image)).toMatchObject({ status: 'unsigned', verdict: 'untrusted', outcome: 'skipped' });
    expect(responder.paths()).not.toContain('/x');
  });
});
