import {
  extension,
  makeCertificate,
  makeCrl,
  makeOcspResponse,
  makeRoot,
  purposes,
  type TestCertificate,
} from '@breakwater/testing/signing';
import { context, der, tags } from '../encoding';
import { parseCertificate } from '../x509/certificate';
import { checkRevocation, type RevocationClient, type RevocationResult } from './revocation';

const now = new Date();
const HOUR = 3_600_000;
const later = new Date(now.getTime() + HOUR);
const earlier = new Date(now.getTime() - HOUR);
const crlUrl = 'http://ca.example.com/a.crl';
const deltaUrl = 'http://ca.example.com/delta.crl';
const ocspUrl = 'http://ocsp.example.com';
const nothing = /cannot be found out/;

const issuer = makeRoot('C=US, O=acme, CN=root');
const subject = 'C=US, O=acme, CN=a';
const withCrl = makeCertificate({ subject, issuer, crlUrl });
const withOcsp = makeCertificate({ subject, issuer, ocspUrl });
const withBoth = makeCertificate({ subject, issuer, ocspUrl, crlUrl });
const stranger = makeRoot('C=US, O=acme, CN=root');

/** A network of these answers; what is not there does not answer. */
function network(answers: Record<string, Buffer>) {
  const asked: string[] = [];
  const ask = (url: string) => {
    asked.push(url);
    const answer = answers[url];
    return answer === undefined ? Promise.reject(new Error('503')) : Promise.resolve(answer);
  };
  const client: RevocationClient = { ocsp: ask, crl: ask };
  return { client, asked };
}

/** Without `until`, which has tests of its own. */
async function check(
  leaf: TestCertificate,
  answers: Record<string, Buffer>,
  signedAt?: Date,
): Promise<Omit<RevocationResult, 'until'>> {
  const chain = [leaf, issuer].map(({ der: bytes }) => parseCertificate(bytes));
  const question = { client: network(answers).client, now, ...(signedAt && { signedAt }) };
  const { until: _, ...result } = await checkRevocation(chain, question);
  return result;
}

describe('a certificate', () => {
  it('that says nothing about revocation cannot be revoked', async () => {
    expect(await check(makeCertificate({ subject, issuer }), {})).toEqual({ status: 'good' });
  });

  it('whose places do not answer, or are not HTTP, is unknown', async () => {
    for (const leaf of [withCrl, withOcsp, withBoth]) {
      expect(await check(leaf, {})).toEqual({ status: 'unknown', reason: expect.stringMatching(nothing) });
    }
    expect(await check(makeCertificate({ subject, issuer, crlUrl: 'ldap://ca' }), {})).toEqual({ status: 'good' });
  });

  it('in the middle of the chain counts as much', async () => {
    const middle = makeRoot('C=US, O=acme, CN=middle', { issuer, crlUrl });
    const chain = [makeCertificate({ subject, issuer: middle }), middle, issuer].map(({ der: bytes }) =>
      parseCertificate(bytes),
    );
    const { client } = network({ [crlUrl]: makeCrl({ issuer, revoked: [{ certificate: middle }] }) });
    expect(await checkRevocation(chain, { client, now })).toMatchObject({
      status: 'revoked',
      reason: 'the certificate "C=US, O=acme, CN=middle" is revoked',
    });
  });

  it('revoked outweighs one that is unknown', async () => {
    const middle = makeRoot('C=US, O=acme, CN=middle', { issuer, crlUrl });
    const chain = [makeCertificate({ subject, issuer: middle, ocspUrl }), middle, issuer].map(({ der: bytes }) =>
      parseCertificate(bytes),
    );
    const { client } = network({ [crlUrl]: makeCrl({ issuer, revoked: [{ certificate: middle }] }) });
    expect(await checkRevocation(chain, { client, now })).toMatchObject({ status: 'revoked' });
  });
});

describe('a CRL', () => {
  const revoked = [{ certificate: withCrl }];
  const ask = (request: object, signedAt?: Date) =>
    check(withCrl, { [crlUrl]: makeCrl({ issuer, ...request }) }, signedAt);

  it('lists who is revoked', async () => {
    expect(await ask({})).toEqual({ status: 'good' });
    expect(await ask({ revoked: [{ certificate: withOcsp }] })).toEqual({ status: 'good' });
    expect(await ask({ revoked })).toEqual({ status: 'revoked', reason: `the certificate "${subject}" is revoked` });
  });

  it('spares what was signed before the key was in wrong hands', async () => {
    const entry = { certificate: withCrl, reason: 1, invalidSince: now };
    expect(await ask({ revoked: [entry] }, earlier)).toEqual({ status: 'good' });
    expect(await ask({ revoked: [entry] }, later)).toMatchObject({ status: 'revoked' });
    expect(await ask({ revoked: [entry] })).toMatchObject({ status: 'revoked' });
  });

  it.each<[string, object]>([
    ['out of date', { nextUpdate: earlier }],
    ['without an end', { nextUpdate: false }],
    ['signed by somebody else', { signer: stranger }],
    ['of another issuer', { issuer: makeRoot('C=US, O=other, CN=root') }],
    [
      'with a critical extension that is not understood',
      { extensions: [extension('1.2.3.4', Buffer.from([5, 0]), true)] },
    ],
    ['that is only a delta', { baseNumber: 4 }],
    [
      'for authorities only',
      { extensions: [extension('2.5.29.28', der(tags.sequence, der(0x82, Buffer.from([0xff]))), true)] },
    ],
    [
      'of another place',
      {
        extensions: [
          extension(
            '2.5.29.28',
            der(tags.sequence, der(context(0), der(context(0), der(0x86, Buffer.from('http://x'))))),
            true,
          ),
        ],
      },
    ],
  ])('is not believed %s', async (_, request) => {
    expect(await ask(request)).toEqual({ status: 'unknown', reason: expect.stringMatching(nothing) });
  });

  it('for users only, from the place that it names, is believed', async () => {
    const scope = der(
      tags.sequence,
      der(context(0), der(context(0), der(0x86, Buffer.from(crlUrl)))),
      der(0x81, Buffer.from([0xff])),
    );
    expect(await ask({ extensions: [extension('2.5.29.28', scope, true)] })).toEqual({ status: 'good' });
  });

  it('is not believed from an issuer that may not sign lists', async () => {
    const weak = makeRoot('C=US, O=weak, CN=root', { keyUsage: { bits: [5] } });
    const leaf = makeCertificate({ subject, issuer: weak, crlUrl });
    const chain = [leaf, weak].map(({ der: bytes }) => parseCertificate(bytes));
    const { client } = network({ [crlUrl]: makeCrl({ issuer: weak }) });
    expect(await checkRevocation(chain, { client, now })).toMatchObject({ status: 'unknown' });
  });

  it('is completed by its delta list', async () => {
    const both = (base: object, delta: object) =>
      check(withCrl, {
        [crlUrl]: makeCrl({ issuer, deltaUrl, ...base }),
        [deltaUrl]: makeCrl({ issuer, baseNumber: 5, number: 6, ...delta }),
      });
    expect(await both({}, {})).toEqual({ status: 'good' });
    expect(await both({}, { revoked })).toMatchObject({ status: 'revoked' });
    expect(await both({ revoked }, {})).toMatchObject({ status: 'revoked' });
    expect(await both({ revoked }, { revoked: [{ certificate: withCrl, reason: 8 }] })).toEqual({ status: 'good' });
    expect(await both({}, { baseNumber: 6 })).toMatchObject({ status: 'unknown' });
    expect(await both({}, { number: 4 })).toMatchObject({ status: 'unknown' });
    expect(await check(withCrl, { [crlUrl]: makeCrl({ issuer, deltaUrl }) })).toMatchObject({ status: 'unknown' });
  });
});

describe('an OCSP response', () => {
  const ask = (request: object, signedAt?: Date) =>
    check(withOcsp, { [ocspUrl]: makeOcspResponse({ certificate: withOcsp, issuer, ...request }) }, signedAt);
  const noCheck = extension('1.3.6.1.5.5.7.48.1.5', Buffer.from([5, 0]));
  const delegate = (request: object = {}) =>
    makeCertificate({
      subject: 'C=US, O=acme, CN=ocsp',
      issuer,
      extendedKeyUsage: { purposes: [purposes.ocspSigning] },
      extensions: [noCheck],
      ...request,
    });

  it('says what is with the certificate', async () => {
    expect(await ask({})).toEqual({ status: 'good' });
    expect(await ask({ status: 'revoked' })).toMatchObject({ status: 'revoked' });
    expect(await ask({ status: 'unknown' })).toMatchObject({ status: 'unknown' });
    expect(await ask({ status: 'revoked', invalidSince: now }, earlier)).toEqual({ status: 'good' });
    expect(await ask({ responder: delegate() })).toEqual({ status: 'good' });
  });

  it.each<[string, object]>([
    ['out of date', { nextUpdate: earlier }],
    ['without an end', { nextUpdate: false }],
    ['from the future', { thisUpdate: later }],
    ['that is a refusal', { responseStatus: 6 }],
    ['about another certificate', { certificate: withCrl }],
    ['signed by somebody else', { issuer: stranger }],
    ['of a delegate that may not answer', { responder: delegate({ extendedKeyUsage: undefined }) }],
    ['of a delegate of somebody else', { responder: delegate({ issuer: stranger }) }],
    ['of a delegate that ran out', { responder: delegate({ notAfter: earlier, notBefore: new Date(0) }) }],
  ])('is not believed %s', async (_, request) => {
    expect(await ask(request)).toEqual({ status: 'unknown', reason: expect.stringMatching(nothing) });
  });

  it('of a delegate that may be revoked needs its list', async () => {
    const responder = delegate({ extensions: [], crlUrl });
    const answer = makeOcspResponse({ certificate: withOcsp, issuer, responder });
    expect(await check(withOcsp, { [ocspUrl]: answer })).toMatchObject({ status: 'unknown' });
    expect(await check(withOcsp, { [ocspUrl]: answer, [crlUrl]: makeCrl({ issuer }) })).toEqual({ status: 'good' });
    const revoked = makeCrl({ issuer, revoked: [{ certificate: responder }] });
    expect(await check(withOcsp, { [ocspUrl]: answer, [crlUrl]: revoked })).toMatchObject({ status: 'unknown' });
  });

  it('comes before lists, which answer when it does not', async () => {
    const chain = [withBoth, issuer].map(({ der: bytes }) => parseCertificate(bytes));
    const good = network({ [ocspUrl]: makeOcspResponse({ certificate: withBoth, issuer }) });
    expect(await checkRevocation(chain, { client: good.client, now })).toMatchObject({ status: 'good' });
    expect(good.asked).toEqual([ocspUrl]);
    const fallback = network({ [crlUrl]: makeCrl({ issuer, revoked: [{ certificate: withBoth }] }) });
    expect(await checkRevocation(chain, { client: fallback.client, now })).toMatchObject({ status: 'revoked' });
    expect(fallback.asked).toEqual([ocspUrl, crlUrl]);
  });

  it('is never believed once a bit of what it says changes', async () => {
    const answer = makeOcspResponse({ certificate: withOcsp, issuer, status: 'revoked' });
    for (let position = 0; position < answer.length; position++) {
      const changed = Buffer.from(answer);
      changed[position]! ^= 1 << (position % 8);
      expect([position, (await check(withOcsp, { [ocspUrl]: changed })).status]).not.toEqual([position, 'good']);
    }
  });
});

describe('what was heard', () => {
  /** Minutes from now until it is asked again, and what may be kept for how long. */
  async function heard(leaf: TestCertificate, answers: Record<string, Buffer>) {
    const chain = [leaf, issuer].map(({ der: bytes }) => parseCertificate(bytes));
    const minutes = (time: Date) => Math.round((time.getTime() - now.getTime()) / 60_000);
    const kept = new Map<string, number>();
    const keep = (bytes: Buffer, until: Date) => {
      const url = Object.keys(answers).find((one) => answers[one] === bytes);
      kept.set(url ?? 'nobody', minutes(until));
    };
    const { until } = await checkRevocation(chain, { client: { ...network(answers).client, keep }, now });
    return { again: until && minutes(until), kept: Object.fromEntries(kept) };
  }
  const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const crl = (minutes: number, more: object = {}) => makeCrl({ issuer, nextUpdate: inMinutes(minutes), ...more });
  const ocsp = (minutes: number, more: object = {}) =>
    makeOcspResponse({ certificate: withOcsp, issuer, nextUpdate: inMinutes(minutes), ...more });

  it('holds until its end, a day at most', async () => {
    expect(await heard(withCrl, { [crlUrl]: crl(30) })).toEqual({ again: 30, kept: { [crlUrl]: 30 } });
    const revoked = crl(30, { revoked: [{ certificate: withCrl }] });
    expect(await heard(withCrl, { [crlUrl]: revoked })).toEqual({ again: 30, kept: { [crlUrl]: 30 } });
    expect(await heard(withOcsp, { [ocspUrl]: ocsp(20) })).toEqual({ again: 20, kept: { [ocspUrl]: 20 } });
    const month = 30 * 24 * 60;
    expect(await heard(withCrl, { [crlUrl]: crl(month) })).toEqual({ again: 24 * 60, kept: { [crlUrl]: month } });
    expect(await heard(makeCertificate({ subject, issuer }), {})).toEqual({ kept: {} });
  });

  it('of a list and its delta list ends with the first of them', async () => {
    const answers = { [crlUrl]: crl(90, { deltaUrl }), [deltaUrl]: crl(40, { baseNumber: 5, number: 6 }) };
    expect(await heard(withCrl, answers)).toEqual({ again: 40, kept: { [crlUrl]: 40, [deltaUrl]: 40 } });
  });

  it('is asked anew in minutes where nobody could tell, and nothing is kept that is not believed', async () => {
    expect(await heard(withCrl, {})).toEqual({ again: 5, kept: {} });
    expect(await heard(withOcsp, { [ocspUrl]: ocsp(20, { issuer: stranger }) })).toEqual({ again: 5, kept: {} });
    expect(await heard(withCrl, { [crlUrl]: crl(30, { signer: stranger }) })).toEqual({ again: 5, kept: {} });
  });
});
