import { Logger } from '@nestjs/common';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

/** PEM files: the certificate with its chain behind it, and its key. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

interface Pair {
  cert: string;
  key: string;
}

const lookEveryMs = 10_000;

/** The front door's ciphers (deploy/nginx/nginx.conf.template), and those of TLS 1.3, the ones with hardware first. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** The certificate that a server shows, taken anew from its files when they change. */
export class Certificate {
  private readonly logger = new Logger(Certificate.name);
  private pair: Pair;
  /** Reported already. */
  private problem: string | undefined;

  /** Throws an error that names the file when they cannot be read or do not belong together. */
  constructor(private readonly files: CertificateFiles) {
    this.pair = readPair(files);
  }

  /** PEM of what is shown now, its chain included. */
  get shown(): string {
    return this.pair.cert;
  }

  /** For `https.createServer`. */
  get options(): SecureContextOptions {
    return { ...this.pair, minVersion: 'TLSv1.2', ciphers };
  }

  /**
   * New connections of `server` get what the files hold from now on; open ones stay. The contents are compared, not
   * the times: a mounted secret changes behind a link. A renewal writes two files, one after the other, so a pair
   * that does not match is looked at again while the old one stays in use.
   */
  follow(server: HttpServer, everyMs = lookEveryMs): void {
    if (!(server instanceof HttpsServer)) return;
    const timer = setInterval(() => this.look(server), everyMs).unref();
    server.once('close', () => clearInterval(timer));
  }

  private look(server: HttpsServer): void {
    try {
      const pair = readPair(this.files);
      this.problem = undefined;
      if (pair.cert === this.pair.cert && pair.key === this.pair.key) return;
      server.setSecureContext({ ...this.options, ...pair });
      this.pair = pair;
      this.logger.log(`the certificate was renewed; it ends on ${new X509Certificate(pair.cert).validTo}`);
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.problem) this.logger.warn(`the old certificate stays in use: ${problem}`);
      this.problem = problem;
    }
  }
}

function readPair(files: CertificateFiles): Pair {
  const cert = readPem('TLS_CERT_FILE', files.cert);
  const key = readPem('TLS_KEY_FILE', files.key);
  const certificate = attempt(`TLS_CERT_FILE: ${files.cert} is no PEM certificate`, () => new X509Certificate(cert));
  const privateKey = attempt(`TLS_KEY_FILE: ${files.key} is no PEM key without a passphrase`, () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`TLS_KEY_FILE: ${files.key} is not the key of ${files.cert} (TLS_CERT_FILE)`);
  assertValidNow(certificate, files.cert);
  return { cert, key };
}

function assertValidNow({ validFrom, validTo }: X509Certificate, file: string): void {
  const now = Date.now();
  if (Date.parse(validTo) <= now) throw new Error(`TLS_CERT_FILE: ${file} expired on ${validTo}`);
  if (Date.parse(validFrom) > now) throw new Error(`TLS_CERT_FILE: ${file} is not valid before ${validFrom}`);
}

function readPem(setting: string, path: string): string {
  return attempt(`${setting}: ${path} cannot be read`, () => readFileSync(path, 'utf8'));
}

function attempt<T>(problem: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${problem}: ${messageOf(error)}`, { cause: error });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
