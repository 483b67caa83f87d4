// Races about what a repository holds: a change at one registry is acknowledged, then another is asked. Each throws when
// that one answers from before.
import { randomBytes } from 'node:crypto';
import { digestOf, expectStatus } from '../lab/client.mjs';
import { expectSame, Stale } from './expect.mjs';

export async function movedTag(lane) {
  const { here, there } = lane.sides();
  const reader = lane.at(there);
  await lane.warmUp(reader, 'moving');
  const digest = await lane.put(lane.at(here), 'moving');
  expectSame('a tag that moved', await lane.look(reader, 'moving', lane.random.pick(['GET', 'HEAD'])), digest);
}

/** What is not there is not there only until it is. */
export async function newTag(lane) {
  const { here, there } = lane.sides();
  const reader = lane.at(there);
  const tag = `new${randomBytes(6).toString('hex')}`;
  expectSame('a tag before its push', await lane.look(reader, tag), 404);
  const digest = await lane.put(lane.at(here), tag);
  expectSame('a new tag', await lane.look(reader, tag), digest);
  expectStatus(await lane.at(here).send('DELETE', `manifests/${digest}`), 202);
  expectSame('its manifest after its end', await lane.look(reader, digest), 404);
}

const REMOVALS = {
  tag: ({ writer }) => writer.send('DELETE', 'manifests/v1'),
  manifest: ({ writer, digest }) => writer.send('DELETE', `manifests/${digest}`),
  repository: ({ lane, core }) => core.call('DELETE', `/projects/${lane.project}/repositories/doomed`),
  artifact: ({ lane, core, digest }) =>
    core.call('DELETE', `/projects/${lane.project}/repositories/doomed/artifacts/${digest}`),
};

export async function deleted(lane) {
  const { here, there, core } = lane.sides();
  const options = { name: `${lane.project}/doomed` };
  const [writer, reader] = [lane.at(here, options), lane.at(there, options)];
  const config = await writer.pushBlob(lane.blobs[0]);
  const digest = await lane.put(writer, 'v1', lane.manifest(config, []));
  for (const path of ['v1', digest]) await lane.warmUp(reader, path);
  const what = lane.random.pick(Object.keys(REMOVALS));
  expectStatus(await REMOVALS[what]({ lane, core, writer, digest }), 200, 202);
  expectSame(`the tag of a deleted ${what}`, await lane.look(reader, 'v1'), 404);
  if (what !== 'tag') expectSame(`the digest of a deleted ${what}`, await lane.look(reader, digest), 404);
}

export async function deletedBlob(lane) {
  const { here, there } = lane.sides();
  const { digest } = await lane.at(here).pushBlob(randomBytes(500));
  const path = `blobs/${digest}`;
  await lane.warmUp(lane.at(there), path);
  expectStatus(await lane.at(here).send('DELETE', path), 202);
  expectSame('a deleted blob', await lane.look(lane.at(there), path), 404);
}

/** Two pushes of one tag at two registries at once: one of them is it, everywhere, and both manifests are whole. */
export async function sameTag(lane) {
  const pushed = [lane.manifest(), lane.manifest()];
  const digests = pushed.map((manifest) => digestOf(manifest));
  await Promise.all(pushed.map((manifest, side) => lane.put(lane.at(side), 'contested', manifest)));
  const [winner, other] = [await lane.look(lane.at(0), 'contested'), await lane.look(lane.at(1), 'contested')];
  expectSame('the winner at the other registry', other, winner);
  if (!digests.includes(winner)) throw new Stale(`neither of two pushes won: ${winner}`);
  for (const [index, digest] of digests.entries()) {
    for (const side of [0, 1]) {
      const { body } = expectStatus(await lane.at(side).send('GET', `manifests/${digest}`), 200);
      if (body.toString() !== pushed[index])
        throw new Stale(`a manifest pushed at the same time is damaged: ${digest}`);
    }
  }
}
