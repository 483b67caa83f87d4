import { ConfigModule, DatabaseModule, notaryServerConfig, type NotaryServerConfig } from '@breakwater/platform';
import { createTestDatabase, targetOf, TrustOwner, type TestDatabase } from '@breakwater/testing';
import { TokensModule, TokensService, type TokenAccess } from '@breakwater/tokens';
import { publicKeySchema, type PublicKey } from '@breakwater/tuf';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { createNotaryServer } from '../create-notary-server';
import { ServiceProcess } from './service-process';

const secrets = { INTERNAL_SECRET: 'internal-secret-of-tests', SECRET_KEY: 'secret-key-of-tests' };
const common = { PORT: '0', LOG_LEVEL: 'fatal', METRICS_PORT: '0', INTERNAL_SECRET: secrets.INTERNAL_SECRET };

@Module({})
class TokenIssuerModule {}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Of an answer with errors. */
  error: { code: string; message: string; detail?: unknown; reason?: string };
}

export interface Asking {
  /** Actions on `gun` that the token carries; undefined: no token. */
  may?: readonly string[];
  /** A token that was made otherwise. */
  token?: string;
  body?: FormData | string;
  headers?: Record<string, string>;
  /** Which of the replicas. */
  replica?: number;
}

const everything = ['pull', 'push', '*'];

/** Signer and server on a database of their own, and a client that brings the tokens that it takes. */
export class NotaryUnderTest {
  readonly servers: NestFastifyApplication[] = [];
  private readonly urls: string[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly sql: Client,
    readonly signer: ServiceProcess,
    private readonly issuer: INestApplicationContext,
  ) {}

  static async start(overrides: Record<string, string> = {}): Promise<NotaryUnderTest> {
    const database = await createTestDatabase();
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const signer = await ServiceProcess.start('notary-signer', {
      INTERNAL_SECRET: secrets.INTERNAL_SECRET,
      PORT: 0,
      DATABASE_URL: database.url,
      SIGNER_KEY: 'signer-key-of-tests',
    });
    const issuer = await NestFactory.createApplicationContext(
      {
        module: TokenIssuerModule,
        imports: [
          ConfigModule.forRoot(secrets),
          DatabaseModule.forRoot({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: 2 }),
          TokensModule,
        ],
      },
      { logger: false, abortOnError: false },
    );
    const notary = new NotaryUnderTest(database, sql, signer, issuer);
    await notary.addServer(overrides);
    return notary;
  }

  /** Another replica. */
  async addServer(overrides: Record<string, string> = {}): Promise<NestFastifyApplication> {
    const server = await createNotaryServer(this.config(overrides));
    await server.listen(0, '127.0.0.1');
    this.servers.push(server);
    this.urls.push(await server.getUrl());
    return server;
  }

  config(overrides: Record<string, string> = {}): NotaryServerConfig {
    return notaryServerConfig.parse({
      ...common,
      DATABASE_URL: this.database.url,
      NOTARY_SIGNER_URL: this.signer.url,
      EXTERNAL_HOSTS: 'registry.example.com',
      ...overrides,
    });
  }

  async stop(): Promise<void> {
    for (const app of this.servers) {
      app.getHttpServer().closeAllConnections();
      await app.close();
    }
    await this.signer.stop();
    await this.issuer.close();
    await this.sql.end();
    await this.database.drop();
  }

  async token(access: TokenAccess[], audience = 'harbor-notary'): Promise<string> {
    const tokens = this.issuer.get(TokensService, { strict: false });
    const issued = await tokens.issue({ principal: { kind: 'anonymous' }, audience, access, projects: [] });
    return issued.token;
  }

  async ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    const { may, body, headers = {}, replica = 0 } = asking;
    const gun = /^\/v2\/(.+)\/_trust\//.exec(path)?.[1] ?? '';
    const token = asking.token ?? (may && (await this.token([{ type: 'repository', name: gun, actions: [...may] }])));
    const response = await fetch(`${this.urls[replica]}${path}`, {
      method,
      body,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, error: errorIn(text) };
  }

  /** Files as notary and docker send them. */
  publish(gun: string, files: Record<string, Buffer | string>, asking: Asking = {}): Promise<Answer> {
    return this.ask('POST', `/v2/${gun}/_trust/tuf/`, { may: ['push', 'pull'], body: formOf(files), ...asking });
  }

  file(gun: string, file: string, asking: Asking = {}): Promise<Answer> {
    return this.ask('GET', `/v2/${gun}/_trust/tuf/${file}`, { may: ['pull'], ...asking });
  }

  async key(gun: string, role: 'snapshot' | 'timestamp', method: 'GET' | 'POST' = 'GET'): Promise<PublicKey> {
    const { status, text } = await this.ask(method, `/v2/${gun}/_trust/tuf/${role}.key`, { may: everything });
    if (status !== 200) throw new Error(`${method} ${role}.key answered ${status} ${text}`);
    return publicKeySchema.parse(JSON.parse(text));
  }

  /** As docker pushes for the first time: the server holds the key of the snapshot. */
  async initialised(gun: string): Promise<TrustOwner> {
    const owner = new TrustOwner(gun);
    const keys = { timestamp: await this.key(gun, 'timestamp'), snapshot: await this.key(gun, 'snapshot') };
    const files = { root: owner.root(keys), targets: owner.targets({ v1: targetOf('one') }) };
    const { status, text } = await this.publish(gun, files);
    if (status !== 200) throw new Error(`the first publication answered ${status} ${text}`);
    return owner;
  }

  /** Versions that are stored, of a role. */
  async versions(gun: string, role: string): Promise<number[]> {
    const { rows } = await this.sql.query<{ version: string }>(
      'SELECT version FROM trust_file WHERE gun = $1 AND role = $2 ORDER BY version',
      [gun, role],
    );
    return rows.map(({ version }) => Number(version));
  }
}

export function formOf(files: Record<string, Buffer | string>): FormData {
  const form = new FormData();
  for (const [role, bytes] of Object.entries(files))
    form.append('files', new Blob([bytes], { type: 'application/octet-stream' }), role);
  return form;
}

function errorIn(text: string): Answer['error'] {
  try {
    return (JSON.parse(text) as { errors?: Answer['error'][] }).errors?.[0] ?? { code: '', message: '' };
  } catch {
    return { code: '', message: '' };
  }
}
