import { type Answer, basic, type Credentials, expectStatus, send } from './http';
import { observe } from './operations';
import type { Platform } from './platform';

/** Harbor's role ids. */
export const Role = { projectAdmin: 1, developer: 2, guest: 3, maintainer: 4, limitedGuest: 5 } as const;

export interface Robot extends Credentials {
  id: number;
}

interface RobotOptions {
  project: string;
  name: string;
  actions: string[];
}

/** The management API as one caller sees it; without credentials: as an anonymous one. */
export class Api {
  constructor(
    private readonly platform: Platform,
    private readonly credentials?: Credentials,
  ) {}

  /** `path` below /api/v2.0, sent exactly as written. */
  async call(method: string, path: string, body?: unknown, accept?: string): Promise<Answer> {
    const headers: Record<string, string> = this.credentials ? { authorization: basic(this.credentials) } : {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (accept !== undefined) headers.accept = accept;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await send(`${this.platform.httpUrl}/api/v2.0${path}`, { method, headers, body: sent });
    observe(method, path, answer);
    return answer;
  }

  /** What GET answers with 200. */
  async get<T>(path: string): Promise<T> {
    return expectStatus(await this.call('GET', path), 200).json<T>();
  }

  /** Of the caller. */
  async userId(): Promise<number> {
    return (await this.get<{ user_id: number }>('/users/current')).user_id;
  }

  /** POST that makes something: the path, as `call` takes it, of what was made. */
  async create(path: string, body: unknown): Promise<string> {
    const { headers } = expectStatus(await this.call('POST', path, body), 201);
    return String(headers.location).replace(/^.*\/api\/v2\.0/, '');
  }

  async createProject(name: string, { isPublic = false, storageLimit = -1 } = {}): Promise<void> {
    const body = { project_name: name, metadata: { public: String(isPublic) }, storage_limit: storageLimit };
    expectStatus(await this.call('POST', '/projects', body), 201);
  }

  async setPublic(project: string, isPublic: boolean): Promise<void> {
    const body = { metadata: { public: String(isPublic) } };
    expectStatus(await this.call('PUT', `/projects/${project}`, body), 200);
  }

  async createUser(username: string): Promise<Credentials> {
    const password = `Pw-${username}-1aA`;
    const body = { username, password, email: `${username}@example.org`, realname: username };
    expectStatus(await this.call('POST', '/users', body), 201);
    return { username, password };
  }

  async addMember(project: string, username: string, roleId: number): Promise<void> {
    const body = { role_id: roleId, member_user: { username } };
    expectStatus(await this.call('POST', `/projects/${project}/members`, body), 201);
  }

  /** A user of that role in the project. */
  async createMember(project: string, username: string, roleId: number): Promise<Credentials> {
    const user = await this.createUser(username);
    await this.addMember(project, username, roleId);
    return user;
  }

  /** A project robot that may do the given actions ("pull", "push", "delete") on its repositories. */
  async createRobot({ project, name, actions }: RobotOptions): Promise<Robot> {
    const access = actions.map((action) => ({ resource: 'repository', action }));
    const permissions = [{ kind: 'project', namespace: project, access }];
    const body = { name, level: 'project', duration: -1, permissions };
    const created = expectStatus(await this.call('POST', '/robots', body), 201);
    const robot = created.json<{ id: number; name: string; secret: string }>();
    return { id: robot.id, username: robot.name, password: robot.secret };
  }
}
