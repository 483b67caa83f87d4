import { AppError } from '@breakwater/kernel';
import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { envelope } from './error-envelope.filter';

/** Answers what Node's parser refuses, before there is a request, with the error envelope and nothing more. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, problem } = refusals[error.code ?? ''] ?? { status: 400, problem: 'the request is malformed' };
  const body = `${JSON.stringify(envelope(new AppError('BAD_REQUEST', problem)))}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const refusals: Partial<Record<string, { status: number; problem: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, problem: 'the headers are too long' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, problem: 'the chunk extensions are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, problem: 'the headers took too long' },
};
