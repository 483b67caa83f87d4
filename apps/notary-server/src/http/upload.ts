import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { AppError } from '@breakwater/kernel';
import { isRoleName, parseEnvelope, TufError, type Envelope } from '@breakwater/tuf';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** Files in one publication: a root, targets, a snapshot and many delegations. */
const maxFiles = 500;

/** Role → what was sent, of a publication's multipart body. */
export async function readUpload(
  headers: IncomingHttpHeaders,
  body: Readable,
  maxBytes: number,
): Promise<Map<string, Envelope>> {
  const uploaded = new Map<string, Envelope>();
  for (const { filename, bytes } of await readParts(headers, body, maxBytes)) {
    const role = filename.replace(/\.json$/, '');
    if (role === '') throw new AppError('NO_FILENAME', 'No file/role name provided.');
    // The server alone makes timestamps.
    if (!isRoleName(role) || role === 'timestamp') throw invalidRole(role);
    if (uploaded.has(role)) throw malformedUpload();
    uploaded.set(role, envelopeOf(bytes));
  }
  return uploaded;
}

export function invalidRole(role: string): AppError {
  const message = 'The role you are attempting to operate on is invalid.';
  return new AppError('INVALID_ROLE', message, { detail: role.slice(0, 255) });
}

const malformedUpload = (): AppError => new AppError('MALFORMED_UPLOAD', 'The body of your request is malformed.');

function envelopeOf(bytes: Buffer): Envelope {
  try {
    return parseEnvelope(bytes);
  } catch (cause) {
    if (!(cause instanceof TufError)) throw cause;
    throw new AppError('MALFORMED_JSON', 'JSON sent by the client could not be parsed by the server', { cause });
  }
}

interface Part {
  filename: string;
  bytes: Buffer;
}

/** Names are taken as they are sent: `targets/releases` is a role, and its first half no folder to strip. */
function readParts(headers: IncomingHttpHeaders, body: Readable, maxBytes: number): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parser = parserFor(headers);
    const parts: Part[] = [];
    let received = 0;
    const fail = (error: AppError): void => {
      body.unpipe(parser);
      body.resume();
      reject(error);
    };
    parser.on('file', (_field, stream, filename) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => fail(malformedUpload()));
      stream.on('end', () => parts.push({ filename: String(filename ?? ''), bytes: Buffer.concat(chunks) }));
    });
    // A part without a file name is no role.
    parser.on('field', () => fail(new AppError('NO_FILENAME', 'No file/role name provided.')));
    for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
      parser.on(limit, () => fail(tooLarge(`more than ${maxFiles} files`)));
    parser.on('error', () => fail(malformedUpload()));
    parser.on('finish', () => resolve(parts));
    body.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > maxBytes) fail(tooLarge(`more than ${maxBytes} bytes`));
    });
    body.on('error', reject);
    body.pipe(parser);
  });
}

function parserFor(headers: IncomingHttpHeaders) {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      preservePath: true,
      limits: { files: maxFiles, fields: 1, parts: maxFiles + 1, fieldSize: 1_024, headerPairs: 20 },
    });
  } catch {
    throw malformedUpload();
  }
}

function tooLarge(what: string): AppError {
  return new AppError('REQUEST_ENTITY_TOO_LARGE', `the publication is too large: ${what}`);
}
