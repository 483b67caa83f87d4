import { sha256 } from './manifests.mjs';

const slowMs = 1_000;

/** What is wrong with an answer; undefined when nothing is. */
export function problemOf({ request, trusted, good }, answer) {
  if (!answer) return good ? 'no answer' : undefined;
  const problems = [serverError, letIn, bodyless, notAnEnvelope, wrongBytes].map((check) =>
    check(request, answer, { trusted, good }),
  );
  return problems.find((problem) => problem !== undefined);
}

const serverError = (_, answer) =>
  answer.status >= 500 && !isRefusalByNginx(answer) ? `status ${answer.status}` : undefined;

/**
 * What nginx itself takes for no proper request: malformed, TRACE, an address too long, an unknown transfer encoding
 * (501) or version (505). No service hears of it, and nginx answers with a page of its own.
 */
function isRefusalByNginx(answer) {
  return byNginx(answer) && [400, 405, 414, 431, 501, 505].includes(answer.status);
}

/** Only who is trusted gets anything from /v2; the welcome page and nginx's own pages carry no version header. */
function letIn({ path }, { status, headers }, { trusted }) {
  const registry = headers['docker-distribution-api-version'] !== undefined;
  return !trusted && registry && status < 400 && path.startsWith('/v2') ? `let in with ${status}` : undefined;
}

/** Only where the method is sure to be understood. */
function bodyless({ method }, { status, headers, extra }, { good }) {
  if (!good || headers.connection === 'close') return undefined;
  return (method === 'HEAD' || status === 204 || status === 304) && extra > 0 ? 'a body where none may be' : undefined;
}

function notAnEnvelope(request, answer) {
  if (answer.status < 400 || answer.body.length === 0) return undefined;
  return isRefusalByNginx(answer) || isUncontinued(request, answer) ? undefined : faultOfEnvelope(answer);
}

/** A chunked body that would be refused is not asked for; nginx can say so with a page of its own only. */
function isUncontinued({ headers }, answer) {
  return byNginx(answer) && headers.some(([name]) => name === 'Expect');
}

function faultOfEnvelope({ headers, body }) {
  if (!/^application\/json/.test(headers['content-type'] ?? '')) return `an error as ${headers['content-type']}`;
  try {
    const { errors } = JSON.parse(body.toString('utf8'));
    const fine = errors.length > 0 && errors.every(({ code, message }) => /^[A-Z_]+$/.test(code) && message.length > 0);
    return fine ? undefined : 'an error without code or message';
  } catch {
    return 'an error that is no envelope';
  }
}

/** Answered by nginx and not by a service. The type tells as well where the page itself is left out: after HEAD. */
export function byNginx({ headers, body }) {
  return body.length > 0 ? body.includes('<center>nginx') : headers['content-type'] === 'text/html';
}

function wrongBytes({ method }, { status, headers, body }) {
  const digest = headers['docker-content-digest'];
  if (method !== 'GET' || status !== 200 || !digest?.startsWith('sha256:')) return undefined;
  return sha256(body) === digest ? undefined : 'other bytes than the digest says';
}

/** A live answer lasts as long as what it tells of. */
export function isSlow(milliseconds, { headers }) {
  return milliseconds > slowMs && !/^text\/event-stream/.test(headers['content-type'] ?? '');
}
