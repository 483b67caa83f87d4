// One of several clients that race at the same time, each with projects, a member and a robot of its own.
import { randomBytes } from 'node:crypto';
import { Api, expectStatus, imageManifest, Repository } from '../lab/client.mjs';

const DEVELOPER = 2;
const PASSWORD = 'Lane-passw0rd';
/** Warm answers carry ids that the hot path numbers itself. */
const WARM_ID = /^[0-9a-f]{12}-\d+$/;
const BLOB_SIZES = [200, 400, 700, 1_200];

export class Lane {
  /** Answers that came from a replica's memory. */
  warm = 0;
  #serial = 0;

  /** @param {{ lab: object, random: import('../fuzz/random.mjs').Random, number: number }} options */
  constructor({ lab, random, number }) {
    this.lab = lab;
    this.random = random;
    this.project = `lane${number}-${randomBytes(3).toString('hex')}`;
    this.user = { username: `${this.project}-user`, password: PASSWORD };
    this.apis = lab.cores.map(({ url }) => new Api(url, lab.admin));
  }

  async open() {
    const api = this.apis[0];
    await api.makeProject(this.project);
    await this.makeUser();
    const access = ['pull', 'push'].map((action) => ({ resource: 'repository', action }));
    this.permissions = [{ kind: 'project', namespace: this.project, access }];
    const body = { name: 'racer', level: 'project', duration: -1, permissions: this.permissions };
    const { id, answer } = await api.make('/robots', body);
    const { name, secret } = JSON.parse(answer.body);
    this.robot = { id, username: name, password: secret };
    await this.renewToken();
    this.blobs = BLOB_SIZES.map((size) => randomBytes(size));
    await this.#bringBlobs();
    await this.put(this.at(0), 'moving');
    return this;
  }

  /** After a change that takes rights away: tokens from before it count for nothing. */
  async renewToken() {
    this.token = await this.apis[0].token(`${this.project}/app`, `${this.project}/doomed`);
  }

  async makeUser() {
    const { username, password } = this.user;
    const body = { username, password, email: `${username}@example.org`, realname: username };
    this.userId = (await this.apis[0].make('/users', body)).id;
  }

  async #bringBlobs() {
    const pushed = [];
    for (const blob of this.blobs) pushed.push(await this.at(0).pushBlob(blob));
    [this.config, ...this.layers] = pushed;
  }

  /** The lane's repository at a registry; as the administrator when nothing else is said. */
  at(registry, { authorization = this.token, name = `${this.project}/app` } = {}) {
    return new Repository(this.lab.registries[registry].url, name, authorization);
  }

  /** A registry and the other, a core and the other, by chance. */
  sides() {
    const [registry, core] = [this.random.int(0, 1), this.random.int(0, 1)];
    return { here: registry, there: 1 - registry, core: this.apis[core], otherCore: this.apis[1 - core] };
  }

  /** A manifest that nobody has pushed before. */
  manifest(config = this.config, layers = [this.random.pick(this.layers)]) {
    return imageManifest(config, layers, `${this.project} ${this.#serial++}`);
  }

  async put(repository, tag, manifest = this.manifest()) {
    return expectStatus(await repository.putManifest(tag, manifest), 201).headers['docker-content-digest'];
  }

  /** Status of a manifest or blob, and the digest of one that is there. */
  async look(repository, path, method = 'GET') {
    const { status, headers } = await repository.send(method, path.includes('/') ? path : `manifests/${path}`);
    if (WARM_ID.test(String(headers['x-request-id']))) this.warm++;
    return status === 200 ? headers['docker-content-digest'] : status;
  }

  /** Asks twice, so that the replica has it in memory when it may. Throws when it is not there. */
  async warmUp(repository, path) {
    for (let time = 0; time < 2; time++) {
      const found = await this.look(repository, path);
      if (typeof found === 'number') throw new Error(`${path} was answered ${found}`);
    }
  }

  async addMember(core) {
    const body = { role_id: DEVELOPER, member_user: { username: this.user.username } };
    return (await core.make(`/projects/${this.project}/members`, body)).id;
  }

  /** A new token for the lane's repository, from this core for this caller, and what it grants. */
  async login(api, credentials) {
    const caller = new Api(api.url, credentials);
    const answer = expectStatus(await caller.askToken(`${this.project}/app:pull,push`), 200);
    const { token } = JSON.parse(answer.body);
    const { access } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    const actions = access.flatMap((entry) => entry.actions).sort();
    return { authorization: `Bearer ${token}`, actions: actions.join() };
  }
}
