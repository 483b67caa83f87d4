import { SignatureFault } from '@breakwater/kernel';
import { type Certificate } from '../x509/certificate';
import { checkScope, findRevocation, readRevocationList, reasons, type Revocation, type RevocationList } from './crl';
import { crlUrlsOf, ocspUrlsOf } from './locations';
import { type OcspAnswer, ocspRequest, readOcspAnswer } from './ocsp';

/**
 * Where revocation is asked. Not part of this library: it is somebody else's network. Limits of time (2 s for OCSP, 5 s
 * for a list) and of size, and a cache, are the client's. Questions throw when there is no 2xx answer.
 */
export interface RevocationClient {
  /** POST of `application/ocsp-request`. */
  ocsp(url: string, request: Buffer): Promise<Buffer>;
  crl(url: string): Promise<Buffer>;
  /** Told of answers that are believed: these very bytes hold until then. What is not, is not worth keeping. */
  keep?(bytes: Buffer, until: Date): void;
}

export interface RevocationQuestion {
  client: RevocationClient;
  now: Date;
  /** When it was certainly signed: what became invalid later does not count. */
  signedAt?: Date;
}

export interface RevocationResult {
  status: 'good' | 'revoked' | 'unknown';
  reason?: string;
  /** When to ask again. Absent: there was nobody to be asked. */
  until?: Date;
}

interface Inquiry extends RevocationQuestion {
  /** Until when what was heard holds. */
  ends: number[];
}

/** A responder that is away is back soon, most often. */
const unknownForMs = 5 * 60_000;
/** Lists may hold for months, and a revocation is published long before their end. */
const longestMs = 24 * 3_600_000;
const shortestMs = 1_000;

/**
 * trust-store-trust-policy.md "Certificate Revocation Evaluation": every certificate but the root, those that say where to
 * ask; OCSP first, then lists. Whatever cannot be found out is `unknown`, and a revocation outweighs it.
 */
export async function checkRevocation(chain: Certificate[], question: RevocationQuestion): Promise<RevocationResult> {
  const inquiry: Inquiry = { ...question, ends: [] };
  const result = await checkAll(chain, inquiry);
  const now = question.now.getTime();
  const heard = inquiry.ends.map((end) => Math.min(end, now + longestMs));
  const end = Math.min(...heard, ...(result.status === 'unknown' ? [now + unknownForMs] : []));
  return Number.isFinite(end) ? { ...result, until: new Date(Math.max(end, now + shortestMs)) } : result;
}

async function checkAll(chain: Certificate[], inquiry: Inquiry): Promise<RevocationResult> {
  let result: RevocationResult = { status: 'good' };
  for (const [position, certificate] of chain.entries()) {
    const issuer = chain[position + 1];
    if (issuer === undefined) break;
    const one = await checkOne(certificate, issuer, inquiry);
    if (one.status === 'revoked') return one;
    if (one.status === 'unknown') result = one;
  }
  return result;
}

async function checkOne(certificate: Certificate, issuer: Certificate, question: Inquiry): Promise<RevocationResult> {
  try {
    const [ocsp, crl] = [ocspUrlsOf(certificate), crlUrlsOf(certificate)];
    if (ocsp.length > 0) {
      const answer = await askOcsp(ocsp, certificate, issuer, question);
      if (answer.status !== 'unknown' || crl.length === 0) return answer;
    }
    if (crl.length === 0) return { status: 'good' };
    return verdict(certificate, await askLists(crl, certificate, issuer, question), question);
  } catch (error) {
    return unknown(certificate, error);
  }
}

async function askOcsp(
  urls: string[],
  certificate: Certificate,
  issuer: Certificate,
  question: Inquiry,
): Promise<RevocationResult> {
  try {
    const bytes = await firstAnswer(urls, (url) => question.client.ocsp(url, ocspRequest(certificate, issuer)));
    const answer = readOcspAnswer(bytes, certificate, issuer, question.now);
    await checkResponder(answer, issuer, question);
    believe([bytes], answer.nextUpdate, question);
    if (answer.status === 'unknown') return unknown(certificate);
    return verdict(certificate, answer.revocation, question);
  } catch (error) {
    return unknown(certificate, error);
  }
}

/** A responder whose certificate does not waive it is looked for in its issuer's list. */
async function checkResponder({ responder }: OcspAnswer, issuer: Certificate, question: Inquiry): Promise<void> {
  const urls = responder === undefined ? [] : crlUrlsOf(responder);
  if (responder === undefined || urls.length === 0) return;
  if (await askLists(urls, responder, issuer, question)) throw new SignatureFault('the OCSP responder is revoked');
}

async function askLists(
  urls: string[],
  certificate: Certificate,
  issuer: Certificate,
  question: Inquiry,
): Promise<Revocation | undefined> {
  const fetchList = async (locations: string[]) => {
    const bytes = await firstAnswer(locations, (url) => question.client.crl(url));
    const list = readRevocationList(bytes, issuer, question.now);
    // A delta list has the scope of the list that it completes.
    checkScope(list, certificate, urls);
    return { ...list, bytes };
  };
  const base = await fetchList(urls);
  if (base.baseNumber !== undefined) throw new SignatureFault('the CRL is only a delta');
  const delta = base.freshest.length === 0 ? undefined : await fetchList(base.freshest);
  if (delta !== undefined) checkDelta(base, delta);
  const lists = delta === undefined ? [base] : [base, delta];
  // A delta list belongs to its list: they are kept together.
  const end = Math.min(...lists.map(({ nextUpdate }) => nextUpdate.getTime()));
  believe(
    lists.map(({ bytes }) => bytes),
    new Date(end),
    question,
  );
  const newest = delta && findRevocation(delta, certificate.serial);
  if (newest?.reason === reasons.removeFromCrl) return undefined;
  return newest ?? findRevocation(base, certificate.serial);
}

function believe(answers: Buffer[], until: Date, { client, ends }: Inquiry): void {
  ends.push(until.getTime());
  for (const bytes of answers) client.keep?.(bytes, until);
}

/** RFC 5280 5.2.4: it completes this list or an older one, and is newer. */
function checkDelta(base: RevocationList, delta: RevocationList): void {
  const fits =
    base.number !== undefined &&
    delta.number !== undefined &&
    delta.baseNumber !== undefined &&
    delta.baseNumber <= base.number &&
    delta.number >= base.number;
  if (!fits) throw new SignatureFault('the delta CRL does not belong to the CRL');
}

function verdict(
  certificate: Certificate,
  revocation: Revocation | undefined,
  { signedAt }: RevocationQuestion,
): RevocationResult {
  if (revocation === undefined) return { status: 'good' };
  const { invalidSince } = revocation;
  if (invalidSince !== undefined && signedAt !== undefined && signedAt < invalidSince) return { status: 'good' };
  return { status: 'revoked', reason: `the certificate "${certificate.subjectName}" is revoked` };
}

async function firstAnswer(urls: string[], ask: (url: string) => Promise<Buffer>): Promise<Buffer> {
  let failure: unknown;
  for (const url of urls) {
    try {
      return await ask(url);
    } catch (error) {
      failure = error;
    }
  }
  throw failure instanceof Error ? failure : new SignatureFault('nobody answered');
}

function unknown({ subjectName }: Certificate, error?: unknown): RevocationResult {
  const why = error instanceof Error ? `: ${error.message}` : '';
  return { status: 'unknown', reason: `whether "${subjectName}" is revoked cannot be found out${why}` };
}
