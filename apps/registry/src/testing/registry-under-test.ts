import {
  registryActions,
  trustPass,
  type Principal,
  type RobotPrincipal,
  type TrustPass,
  type UserPrincipal,
} from '@breakwater/access';
import { Authenticator, BootstrapAdmin, RobotsService, UsersService, type RobotInput } from '@breakwater/identity';
import { Database, type RegistryConfig } from '@breakwater/platform';
import { MembersService, ProjectsService } from '@breakwater/projects';
import { createTestDatabase, testRedis } from '@breakwater/testing';
import { TokensService, type TokenAccess } from '@breakwater/tokens';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '../create-registry';
import { HttpClient } from './http-client';
import { RepositoryClient } from './repository-client';

/** A password that every account of a test has. */
export const password = 'Passw0rd-of-tests';
export const internalSecret = 'internal-secret-of-tests';

export const system: Principal = { kind: 'internal', name: 'test' };

const storageDefaults = {
  STORAGE_DRIVER: 'filesystem',
  BLOB_DELIVERY: 'stream',
  BLOB_URL_TTL_SECONDS: 60,
  S3_REGION: 'us-east-1',
  S3_FORCEPATHSTYLE: true,
  S3_ENCRYPT: false,
  S3_CHUNKSIZE: 5 * 1024 * 1024,
} as const;

const overloadDefaults = {
  DATABASE_QUEUE_LENGTH: 1_000,
  DATABASE_QUEUE_SECONDS: 5,
  DRAIN_DELAY_SECONDS: 0,
  DRAIN_SECONDS: 30,
  REQUEST_QUEUE_LENGTH: 1_000,
  REQUEST_QUEUE_SECONDS: 30,
  TRANSFER_QUEUE_SECONDS: 30,
  CONCURRENCY_READS: 64,
  CONCURRENCY_DOWNLOADS: 64,
  CONCURRENCY_UPLOADS: 64,
  CONCURRENCY_WRITES: 32,
  CONCURRENCY_LISTS: 16,
  RATE_LIMIT_PER_ADDRESS: 0,
  RATE_LIMIT_PER_PRINCIPAL: 0,
  RATE_LIMIT_BURST_SECONDS: 1,
  RATE_LIMIT_EXEMPT: [],
};

interface Replica {
  app: NestFastifyApplication;
  http: HttpClient;
}

/** A registry that listens, on a database and a storage folder of its own. */
export class RegistryUnderTest {
  readonly replicas: Replica[] = [];

  private constructor(
    readonly config: RegistryConfig & { STORAGE_ROOT: string },
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async start(overrides: Partial<Omit<RegistryConfig, 'STORAGE_ROOT'>> = {}): Promise<RegistryUnderTest> {
    const database = await createTestDatabase();
    const config: RegistryConfig & { STORAGE_ROOT: string } = {
      ...storageDefaults,
      ...overloadDefaults,
      HOST: '127.0.0.1',
      PORT: 0,
      LOG_LEVEL: 'fatal',
      REVOCATION_ALLOWED_NETWORKS: [],
      INTERNAL_SECRET: internalSecret,
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: 10,
      ...testRedis(),
      EXTERNAL_URL: undefined,
      TRUSTED_PROXIES: [],
      SECRET_KEY: 'secret-key-of-tests',
      STORAGE_ROOT: await mkdtemp(join(tmpdir(), 'registry-test-')),
      REGISTRY_WORKERS: 1,
      HOT_CACHE_BYTES: 16 * 1024 * 1024,
      MAX_MANIFEST_BYTES: 4 * 1024 * 1024,
      UPLOAD_TTL_SECONDS: 3_600,
      UPLOAD_IDLE_SECONDS: 2,
      ...overrides,
    };
    const registry = new RegistryUnderTest(config, database.drop);
    const { app } = await registry.addReplica();
    // Projects made by the platform belong to the first administrator.
    await app.get(BootstrapAdmin, { strict: false }).ensure(password);
    return registry;
  }

  /** Another process's worth of registry beside the first; the last one added. `ca`: of its certificate, when it has one. */
  async addReplica(overrides: Partial<RegistryConfig> = {}, ca?: string): Promise<Replica> {
    const app = await createRegistry({ ...this.config, ...overrides });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const replica = { app, http: new HttpClient(port, ca) };
    this.replicas.push(replica);
    return replica;
  }

  async stop(): Promise<void> {
    for (const { app, http } of this.replicas) {
      http.close();
      app.getHttpServer().closeAllConnections();
      await app.close();
    }
    await this.dropDatabase();
    await rm(this.config.STORAGE_ROOT, { recursive: true, force: true });
  }

  get app(): NestFastifyApplication {
    return this.replicas[0]!.app;
  }

  get http(): HttpClient {
    return this.replicas[0]!.http;
  }

  sql<T = Record<string, unknown>>(statement: string, parameters: unknown[] = []): Promise<T[]> {
    return this.app.get(Database).query<T>(statement, parameters);
  }

  async user(username: string, { sysadmin = false } = {}): Promise<UserPrincipal> {
    const users = this.app.get(UsersService, { strict: false });
    const person = { username, password, email: `${username}@example.com`, realname: username, comment: '' };
    const id = await users.create(await users.prepare(person));
    if (sysadmin) await users.setSysadmin(id, true);
    return (await this.login(username)) as UserPrincipal;
  }

  /** The project's id. `members` by role id. */
  async project(
    name: string,
    options: { public?: boolean; quota?: number; members?: [UserPrincipal, number][] } = {},
  ): Promise<number> {
    const projects = this.app.get(ProjectsService, { strict: false });
    const metadata = { public: String(options.public ?? false) };
    const id = await projects.create(system, { name, metadata, storageLimit: options.quota ?? -1 });
    const members = this.app.get(MembersService, { strict: false });
    for (const [user, roleId] of options.members ?? []) await members.add(id, { roleId, userId: user.id });
    return id;
  }

  async removeMember(project: string, user: UserPrincipal): Promise<void> {
    const [member] = await this.sql<{ id: number; projectId: number }>(
      `SELECT m.id, m.project_id AS "projectId" FROM project_member m JOIN project p ON p.id = m.project_id
       WHERE p.name = $1 AND m.entity_type = 'u' AND m.entity_id = $2`,
      [project, user.id],
    );
    await this.app.get(MembersService, { strict: false }).delete(member!.projectId, member!.id);
  }

  /** A robot that logs in with `password`. */
  async robot(
    input: Pick<RobotInput, 'name' | 'level' | 'permissions'> & { duration?: number },
  ): Promise<RobotPrincipal> {
    const robots = this.app.get(RobotsService, { strict: false });
    const { robot } = await robots.create(
      { description: '', disable: false, duration: -1, ...input, secret: password },
      system,
    );
    return (await this.login(robot.fullName)) as RobotPrincipal;
  }

  /** Who logs in under that name now. */
  async login(name: string): Promise<Principal | undefined> {
    return this.app.get(Authenticator, { strict: false }).basic(name, password);
  }

  /** A token as the token service gives it: what is asked for, as far as the principal may. */
  async token(principal: Principal, scopes: [repository: string, actions: string][], access: TokenAccess[] = []) {
    const projects = this.app.get(ProjectsService, { strict: false });
    const granted = [...access];
    const facts = [];
    const passes: Record<string, TrustPass> = {};
    for (const [name, wanted] of scopes) {
      const found = await projects.findFacts(name.split('/')[0]!, principal);
      const actions = found
        ? registryActions(principal, found).filter((action) => wanted.split(',').includes(action))
        : [];
      granted.push({ type: 'repository', name, actions });
      if (found) facts.push(found);
      const pass = trustPass(principal, found);
      if (pass) passes[name] = pass;
    }
    const tokens = this.app.get(TokensService, { strict: false });
    return (await tokens.issue({ principal, audience: 'harbor-registry', access: granted, projects: facts, passes }))
      .token;
  }

  /** The repository as `principal` sees it through a token, also good for the repositories in `others`. */
  async as(principal: Principal, repository: string, ...others: string[]): Promise<RepositoryClient> {
    const scopes = [repository, ...others].map((name): [string, string] => [name, 'pull,push,delete']);
    return this.withToken(repository, await this.token(principal, scopes));
  }

  withToken(repository: string, token: string): RepositoryClient {
    return new RepositoryClient(this.http, repository, `Bearer ${token}`);
  }

  /** The repository as `name` sees it by Basic authentication; anonymously, without the header, when undefined. */
  basic(repository: string, name: string | undefined): RepositoryClient {
    return new RepositoryClient(this.http, repository, name === undefined ? undefined : basic(name, password));
  }
}

export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
