import { insertArtifact } from '../artifact-fixture';
import { TestBrowser } from '../test-browser';
import { password, startTestCore, type Answer, type TestCore } from '../test-core';
import { accessOf, nextToNothing, tokenHolds, type Letter, type Place } from './principals';
import { robotCatalogue } from './reference';
import { namesProject, usual, type Row } from './row';

const secretOfServices = 'internal-secret-of-tests';
/** Who signs in with a name and a password. */
const accounts: Readonly<Record<string, string>> = {
  S: 'stranger',
  L: 'limited-guest',
  G: 'guest',
  D: 'developer',
  M: 'maintainer',
  P: 'project-admin',
  R: 'robot$team+ci',
  E: 'robot$team+empty',
  Y: 'robot$system',
  Z: 'robot$projects',
  A: 'admin',
};
/** Role ids from section 3.1. */
const roleIds: Readonly<Record<string, number>> = { L: 5, G: 3, D: 2, M: 4, P: 1 };

type Call = Pick<Row, 'route' | 'query' | 'body' | 'fill' | 'csrf'>;

/** core with a private project `team` in which every role is taken, a public one `open` without
 * members, a private one `closed` that nobody has a part in, and all callers. */
export class MatrixBench {
  private readonly ids: Record<string, string> = {};
  private readonly tokens = new Map<string, string>();
  private csrfHeaders: Record<string, string> = {};
  /** The administrator's, without a token. */
  private sessionHeaders: Record<string, string> = {};

  private constructor(readonly core: TestCore) {}

  static async start(settings: Record<string, string>): Promise<MatrixBench> {
    const bench = new MatrixBench(await startTestCore(settings));
    await bench.furnish();
    return bench;
  }

  /** As that principal, or as whoever sends `headers`; project parameters of the path are filled with `place`. */
  request(row: Call, as: Letter | { headers: Record<string, string> }, place: string): Promise<Answer> {
    const [method = '', path = ''] = row.route.split(' ');
    const values: Record<string, string> = { ...usual, project_name: place, project_name_or_id: place, ...row.fill };
    const filled = path.replace(/:(\w+)/g, (_all, name: string) => this.withIds(values[name] ?? ''));
    const caller = typeof as === 'string' ? this.credentialsOf(as) : as;
    return this.core.request(method, `/${filled}${this.withIds(row.query ?? '')}`, {
      as: 'as' in caller ? caller.as : undefined,
      body: this.numbered(row.body),
      headers: { ...('headers' in caller ? caller.headers : {}), ...(row.csrf && this.csrfHeaders) },
    });
  }

  /** As the administrator with a session and without a CSRF token. */
  get session(): { headers: Record<string, string> } {
    return { headers: this.sessionHeaders };
  }

  /** An access token of the administrator that holds that permission and no other; undefined where there is none such. */
  async bearerOf(needs: string, place: Place): Promise<{ headers: Record<string, string> } | undefined> {
    const permission = needs.slice(2);
    // No token can be given what makes robots: they would outlive and exceed it.
    if (['robot:create', 'robot:update'].includes(permission)) return undefined;
    const namespace = needs.startsWith('S') ? '/' : place;
    const key = `${namespace} ${permission}`;
    if (!this.tokens.has(key))
      this.tokens.set(
        key,
        await this.createToken(namespace === '/' ? 'admin' : 'second-admin', namespace, [permission]),
      );
    return { headers: { authorization: `Bearer ${this.tokens.get(key) ?? ''}` } };
  }

  /** Makes what a row's `restore` names, as it was. */
  async restore(name: string): Promise<void> {
    const path = name.endsWith('Retention') ? '/retentions' : '/labels';
    const place = name.startsWith('open') ? 'open' : 'team';
    const label =
      name === 'doomedLabel' || name === 'globalLabel' ? { scope: 'g' } : { scope: 'p', project_id: `{${place}}` };
    const policy = { rules: [], scope: { level: 'project', ref: `{${place}}` } };
    await this.create(name, path, path === '/labels' ? { name, ...label } : policy);
  }

  private credentialsOf(letter: Letter): { as?: string } | { headers: Record<string, string> } {
    if (letter === 'I') return { headers: { authorization: `Harbor-Secret ${secretOfServices}` } };
    if (letter === 'T') return { headers: { authorization: `Bearer ${this.tokens.get('T') ?? ''}` } };
    return { as: accounts[letter] };
  }

  private async furnish(): Promise<void> {
    const { core, ids } = this;
    ids.team = String(await core.createProject('team'));
    ids.open = String(await core.createProject('open', true));
    await core.createProject('closed');
    for (const letter of 'SLGDMP') ids[accounts[letter] ?? ''] = String(await core.createUser(accounts[letter] ?? ''));
    // Nobody has more than a hundred access tokens.
    ids['second-admin'] = String(await core.createUser('second-admin'));
    await core.request('PUT', `/users/${ids['second-admin']}/sysadmin`, { as: 'admin', body: { sysadmin_flag: true } });
    for (const [letter, role] of Object.entries(roleIds)) await core.addMember('team', accounts[letter] ?? '', role);
    for (const name of ['team/app', 'open/app'])
      await insertArtifact(core.database, { repository: name, content: name, tags: ['v1'] });
    await this.makeRobots();
    this.tokens.set('T', await this.createToken('project-admin', 'team', tokenHolds));
    for (const name of ['globalLabel', 'doomedLabel', 'teamLabel', 'openLabel', 'teamRetention', 'openRetention'])
      await this.restore(name);
    await this.signIn();
  }

  private async makeRobots(): Promise<void> {
    const { system, project } = robotCatalogue;
    await this.createRobot('teamCi', { name: 'ci', level: 'project' }, ['project', 'team', project]);
    await this.createRobot('teamEmpty', { name: 'empty', level: 'project' }, ['project', 'team', nextToNothing]);
    await this.createRobot('system', { name: 'system', level: 'system' }, ['system', '/', system]);
    await this.createRobot('projects', { name: 'projects', level: 'system' }, ['project', '*', project]);
    for (const [key, place] of [
      ['teamRobot', 'team'],
      ['doomedTeam', 'team'],
      ['openRobot', 'open'],
    ] as const)
      await this.createRobot(key, { name: key.toLowerCase(), level: 'project' }, ['project', place, nextToNothing]);
    for (const key of ['systemRobot', 'doomedSystem'])
      await this.createRobot(key, { name: key.toLowerCase(), level: 'system' }, ['system', '/', ['user:list']]);
  }

  private async createRobot(
    key: string,
    robot: { name: string; level: string },
    [kind, namespace, holds]: [string, string, Iterable<string>],
  ): Promise<void> {
    const permissions = [{ kind, namespace, access: accessOf(holds) }];
    await this.create(key, '/robots', { ...robot, duration: -1, secret: password, permissions });
  }

  private async createToken(as: string, namespace: string, holds: Iterable<string>): Promise<string> {
    const kind = namespace === '/' ? 'system' : 'project';
    const name = `${namespace} ${[...holds].join(' ')}`;
    const body = { name, permissions: [{ kind, namespace, access: accessOf(holds) }] };
    const answer = await this.core.request('POST', `/users/${this.ids[as] ?? 1}/access-tokens`, { as, body });
    if (answer.status !== 201) throw new Error(`no token of ${name}: ${JSON.stringify(answer.body)}`);
    return String(answer.body.token);
  }

  private async signIn(): Promise<void> {
    const page = new TestBrowser(this.core);
    await page.form('//c/login', {});
    const csrf = `_gorilla_csrf=${page.cookies.get('_gorilla_csrf') ?? ''}`;
    this.csrfHeaders = { 'x-harbor-csrf-token': page.token ?? '', cookie: csrf };
    await page.login('admin', 'Harbor12345');
    this.sessionHeaders = { cookie: `${csrf}; sid=${page.cookies.get('sid') ?? ''}` };
  }

  private async create(key: string, path: string, body: object): Promise<void> {
    const answer = await this.core.request('POST', path, { as: 'admin', body: this.numbered(body) });
    if (answer.status !== 201) throw new Error(`POST ${path} for ${key}: ${JSON.stringify(answer.body)}`);
    this.ids[key] = String(answer.headers.location?.split('/').at(-1));
  }

  private withIds(text: string): string {
    return text.replace(/\{(\w+)\}/g, (_all, name: string) => this.ids[name] ?? '');
  }

  /** In bodies, ids are numbers. */
  private numbered(body: object | undefined): unknown {
    const number = (_all: string, name: string): string => this.withIds(name);
    return body && JSON.parse(JSON.stringify(body).replace(/"(\{\w+\})"/g, number));
  }
}

/** Where a row is asked: on both projects when its path names one. */
export function placesOf(row: Row): Place[] {
  return namesProject(row) ? ['team', 'open'] : [row.at ?? 'team'];
}
