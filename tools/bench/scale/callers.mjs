// Who asks: an administrator, a developer of the largest projects, and nobody.
import { randomBytes } from 'node:crypto';

const DEVELOPER = 2;

const basic = (name, password) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** A caller of the management API. */
export class Caller {
  constructor({ name, front, authorization, id }) {
    Object.assign(this, { name, front, authorization, id });
  }

  /** Headers of a request as lines. */
  get lines() {
    return this.authorization ? [`Authorization: ${this.authorization}`] : [];
  }

  ask(path, { method = 'GET', body } = {}) {
    const headers = {
      ...(this.authorization && { authorization: this.authorization }),
      ...(body && { 'content-type': 'application/json' }),
    };
    return fetch(`${this.front}/api/v2.0${path}`, { method, headers, body: body && JSON.stringify(body) });
  }
}

/** Makes the developer, anew for each run, for nobody knows the seeded users' password. */
export async function makeCallers({ front, password, places }) {
  const admin = new Caller({ name: 'admin', front, authorization: basic('admin', password), id: 1 });
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const secret = `Bench-${randomBytes(9).toString('hex')}A1`;
  const user = { username: name, email: `${name}@example.com`, realname: name, comment: '', password: secret };
  const id = Number((await made(admin, '/users', user)).split('/').at(-1));
  for (const project of [places.project, places.open]) {
    const body = { role_id: DEVELOPER, member_user: { username: name } };
    await made(admin, `/projects/${project.id}/members`, body);
  }
  return [
    admin,
    new Caller({ name: 'member', front, authorization: basic(name, secret), id }),
    new Caller({ name: 'anonymous', front }),
  ];
}

async function made(admin, path, body) {
  const answer = await admin.ask(path, { method: 'POST', body });
  if (answer.status !== 201) throw new Error(`POST ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.headers.get('location');
}
