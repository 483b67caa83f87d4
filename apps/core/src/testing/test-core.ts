import { coreConfig, Database } from '@breakwater/platform';
import { createTestDatabase, testRedis } from '@breakwater/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createCore } from '../create-core';

export const adminPassword = 'Harbor12345';
/** A password that the rules accept, for every account of the tests. */
export const password = 'Passw0rd1';

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  /** Parsed when it is JSON, else the text. */
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
}

export interface RequestOptions {
  /** A user's name, `admin` too; absent: anonymous. */
  as?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** core on a database of its own, asked without a socket. */
export interface TestCore {
  app: NestFastifyApplication;
  databaseUrl: string;
  database: Database;
  request: (method: string, path: string, options?: RequestOptions) => Promise<Answer>;
  /** Makes a user and answers its id. */
  createUser: (name: string) => Promise<number>;
  /** Makes a project as admin and answers its id. */
  createProject: (name: string, isPublic?: boolean) => Promise<number>;
  addMember: (project: string, username: string, roleId: number) => Promise<void>;
  /** Another core on the same database, with other settings; closed with the first. */
  addReplica: (settings?: Record<string, string>) => Promise<Pick<TestCore, 'app' | 'request'>>;
  close: () => Promise<void>;
}

export async function startTestCore(settings: Record<string, string> = {}): Promise<TestCore> {
  const testDatabase = await createTestDatabase();
  const given = {
    PORT: '0',
    LOG_LEVEL: 'fatal',
    DATABASE_URL: testDatabase.url,
    DATABASE_POOL_SIZE: '4',
    ...testRedis(),
    INTERNAL_SECRET: 'internal-secret-of-tests',
    SECRET_KEY: 'secret-key-of-the-tests',
    HARBOR_ADMIN_PASSWORD: adminPassword,
    REGISTRY_URL: 'http://127.0.0.1:9',
    REGISTRYCTL_URL: 'http://127.0.0.1:9',
    JOBSERVICE_URL: 'http://127.0.0.1:9',
    ...settings,
  };
  const apps: NestFastifyApplication[] = [];
  const addReplica: TestCore['addReplica'] = async (others = {}) => {
    const replica = await createCore(coreConfig.parse({ ...given, ...others }));
    apps.push(replica);
    await replica.init();
    await replica.getHttpAdapter().getInstance().ready();
    return { app: replica, request: requester(replica) };
  };
  const { app, request } = await addReplica();
  const asAdmin = async (path: string, body: unknown): Promise<number> => {
    const { status, headers, body: answer } = await request('POST', path, { as: 'admin', body });
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
    return Number(headers.location?.split('/').at(-1));
  };
  return {
    app,
    databaseUrl: testDatabase.url,
    database: app.get(Database, { strict: false }),
    request,
    createUser: (name) => asAdmin('/users', { username: name, email: `${name}@example.com`, realname: name, password }),
    createProject: (name, isPublic = false) =>
      asAdmin('/projects', { project_name: name, metadata: { public: String(isPublic) } }),
    addMember: async (project, username, roleId) =>
      void (await asAdmin(`/projects/${project}/members`, { role_id: roleId, member_user: { username } })),
    addReplica,
    close: async () => {
      for (const replica of apps) await replica.close();
      await testDatabase.drop();
    },
  };
}

/** Paths are below `/api/v2.0` unless they begin with `//`. */
function requester(app: NestFastifyApplication): TestCore['request'] {
  return async (method, path, { as, body, headers = {} } = {}) => {
    const secret = as === 'admin' ? adminPassword : password;
    const authorization =
      as === undefined ? {} : { authorization: `Basic ${Buffer.from(`${as}:${secret}`).toString('base64')}` };
    const response = await app.inject({
      method: method as 'GET',
      url: path.startsWith('//') ? path.slice(1) : `/api/v2.0${path}`,
      headers: {
        host: 'registry.example.com',
        ...authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.statusCode, headers: response.headers as Answer['headers'], body: parsed(response.body) };
  };
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return text;
  }
}
