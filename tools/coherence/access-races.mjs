// Races about who may do what: a change at one core is acknowledged, then a registry and the other core are asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, basic, expectStatus } from '../lab/client.mjs';
import { expectSame } from './expect.mjs';

/** "Disabling a user or robot bites on every replica within 2 s": also where a password was believed a moment ago. */
const BITES_MS = 2_000;
const NEW_PASSWORD = 'Other-passw0rd-1';

const readerWith = (lane, registry, authorization) => lane.at(registry, { authorization });

export async function visibility(lane) {
  const { there, core, otherCore } = lane.sides();
  const setPublic = (value) => core.change('PUT', `/projects/${lane.project}`, { metadata: { public: value } });
  await setPublic('true');
  const { authorization, actions } = await lane.login(otherCore);
  expectSame('what anybody may do in a project made public', actions, 'pull');
  await lane.warmUp(readerWith(lane, there, authorization), 'moving');
  await setPublic('false');
  expectSame(
    'a pull by anybody from a project made private',
    await lane.look(readerWith(lane, there, authorization), 'moving'),
    401,
  );
  expectSame('what anybody may do there', (await lane.login(otherCore)).actions, '');
  await lane.renewToken();
}

export async function membership(lane) {
  const { there, core, otherCore } = lane.sides();
  expectSame('what a stranger may do', (await lane.login(otherCore, lane.user)).actions, '');
  const id = await lane.addMember(core);
  const { authorization, actions } = await lane.login(otherCore, lane.user);
  expectSame('what a new member may do', actions, 'pull,push');
  const reader = readerWith(lane, there, authorization);
  await lane.warmUp(reader, 'moving');
  await core.change('DELETE', `/projects/${lane.project}/members/${id}`);
  expectSame('a pull by a member that was removed', await lane.look(reader, 'moving'), 401);
  expectSame('what a removed member may do', (await lane.login(otherCore, lane.user)).actions, '');
  await lane.renewToken();
}

export async function policy(lane) {
  const { core, otherCore } = lane.sides();
  const path = `/projects/${lane.project}`;
  for (const value of ['true', 'false']) {
    await core.change('PUT', path, { metadata: { auto_scan: value } });
    const { body } = expectStatus(await otherCore.call('GET', path), 200);
    expectSame('a policy at the other core', JSON.parse(body).metadata.auto_scan, value);
  }
}

/** Tokens end with the acknowledgement; passwords within two seconds, on every replica. */
async function expectLockedOut(lane, { credentials, authorization, there }) {
  expectSame('a pull by who lost the right', await lane.look(readerWith(lane, there, authorization), 'moving'), 401);
  await sleep(BITES_MS);
  for (const { url } of lane.lab.cores) {
    const { status } = await new Api(url, credentials).askToken(`${lane.project}/app:pull`);
    expectSame('a login two seconds later', status, 401);
  }
  for (const registry of [0, 1])
    expectSame(
      'a pull by password two seconds later',
      await lane.look(readerWith(lane, registry, basic(credentials)), 'moving'),
      401,
    );
}

/** Every replica has believed the password lately. */
async function believe(lane, credentials) {
  for (const api of lane.apis) await lane.login(api, credentials);
  for (const registry of [0, 1]) await lane.warmUp(readerWith(lane, registry, basic(credentials)), 'moving');
}

export async function disabledRobot(lane) {
  const { there, core, otherCore } = lane.sides();
  const { robot, permissions } = lane;
  const disable = (value) =>
    core.change('PUT', `/robots/${robot.id}`, {
      name: robot.username,
      level: 'project',
      duration: -1,
      disable: value,
      permissions,
    });
  await believe(lane, robot);
  const { authorization } = await lane.login(otherCore, robot);
  await lane.warmUp(readerWith(lane, there, authorization), 'moving');
  await disable(true);
  await expectLockedOut(lane, { credentials: robot, authorization, there });
  await disable(false);
  const enabled = await lane.login(otherCore, robot);
  await lane.warmUp(readerWith(lane, there, enabled.authorization), 'moving');
  await believe(lane, robot);
}

export async function lockedOutUser(lane) {
  const { there, core, otherCore } = lane.sides();
  const member = await lane.addMember(core);
  await believe(lane, lane.user);
  const { authorization } = await lane.login(otherCore, lane.user);
  await lane.warmUp(readerWith(lane, there, authorization), 'moving');
  const isDeleted = lane.random.chance(0.5);
  if (isDeleted) await core.change('DELETE', `/users/${lane.userId}`);
  else await core.change('PUT', `/users/${lane.userId}/password`, { new_password: NEW_PASSWORD });
  await expectLockedOut(lane, { credentials: lane.user, authorization, there });
  if (!isDeleted) await core.change('DELETE', `/projects/${lane.project}/members/${member}`);
  if (!isDeleted) await core.change('DELETE', `/users/${lane.userId}`);
  await lane.makeUser();
  await lane.renewToken();
}

/** A project with the same name later is another one. */
export async function deletedProject(lane) {
  const { here, there, core, otherCore } = lane.sides();
  const project = `${lane.project}-passing`;
  const name = `${project}/app`;
  await core.makeProject(project);
  const authorization = await otherCore.token(name);
  const writer = lane.at(here, { name, authorization });
  await lane.put(writer, 'v1', lane.manifest(await writer.pushBlob(lane.blobs[0]), []));
  const reader = lane.at(there, { name, authorization });
  await lane.warmUp(reader, 'v1');
  await core.change('DELETE', `/projects/${project}/repositories/app`);
  await core.change('DELETE', `/projects/${project}`);
  expectSame('a pull from a deleted project', await lane.look(reader, 'v1'), 401);
  await otherCore.makeProject(project);
  const later = lane.at(there, { name, authorization: await core.token(name) });
  expectSame('a tag of a project before this one', await lane.look(later, 'v1'), 404);
  await core.change('DELETE', `/projects/${project}`);
}
