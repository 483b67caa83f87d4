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

const serverError = (_, { status }) => (status >= 500 ? `status ${status}` : undefined);

/** Only who is trusted gets anything from /v2; the welcome page and nginx's own pages carry no version header. */
function letIn({ path }, { status, headers }, { trusted }) {
  const registry = headers['docker-distribution-api-version'] !== undefined;
  return !trusted && registry && status < 400 && path.startsWith('/v2') ? `let in with ${status}` : undefined;
}

function bodyless({ method }, { status, extra }) {
  return (method === 'HEAD' || status === 204 || status === 304) && extra > 0 ? 'a body where none may be' : undefined;
}

function notAnEnvelope({ path }, answer, { good }) {
  const { status, headers, body } = answer;
  if (status < 400 || body.length === 0 || (byNginx(answer) && (!good || !path.startsWith('/v2')))) return undefined;
  if (!/^application\/json/.test(headers['content-type'] ?? '')) return `an error as ${headers['content-type']}`;
  try {
    const { errors } = JSON.parse(body.toString('utf8'));
    const fine = errors.length > 0 && errors.every(({ code, message }) => /^[A-Z_]+$/.test(code) && message.length > 0);
    return fine ? undefined : 'an error without code or message';
  } catch {
    return 'an error that is no envelope';
  }
}

/** Refused before any service heard of it. */
export function byNginx({ body }) {
  return body.includes('<center>nginx');
}

function wrongBytes({ method }, { status, headers, body }) {
  const digest = headers['docker-content-digest'];
  if (method !== 'GET' || status !== 200 || !digest?.startsWith('sha256:')) return undefined;
  return sha256(body) === digest ? undefined : 'other bytes than the digest says';
}

export function isSlow(milliseconds) {
  return milliseconds > slowMs;
}
