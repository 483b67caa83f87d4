// Pushes, mounts and deletes of shared content at both registries at once, in a project with a limit: what the quota says
// and what a count of everything says must agree, and neither may be above the limit.
import { digestOf, expectStatus } from '../lab/client.mjs';
import { Stale } from './expect.mjs';

const AT_ONCE = 16;
const LIMITS = [-1, 6_000, 4_000];
const REPOSITORIES = ['a', 'b', 'c'];

/** Artifacts of the project, those too that were deleted and can be restored. */
const HELD = `SELECT id, digest, manifest_size AS size FROM artifact WHERE project_id = q.project_id
  UNION ALL SELECT id, digest, manifest_size FROM deleted_artifact WHERE project_id = q.project_id`;
const NEEDED = `SELECT artifact_id, blob_id FROM artifact_blob
  UNION ALL SELECT deleted_artifact_id, blob_id FROM deleted_artifact_blob`;
const MANIFESTS = `(SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT digest, size FROM (${HELD}) h) m)`;

const COUNTS = `
  SELECT q.used, q.hard,
    (SELECT coalesce(sum(b.size), 0) FROM blob b WHERE b.id IN (
       SELECT n.blob_id FROM (${NEEDED}) n JOIN (${HELD}) h ON h.id = n.artifact_id)) + ${MANIFESTS} AS counted,
    (SELECT coalesce(sum(b.size), 0) FROM project_blob pb JOIN blob b ON b.id = pb.blob_id WHERE pb.project_id = q.project_id)
  + ${MANIFESTS} AS linked
  FROM quota q JOIN project p ON p.id = q.project_id WHERE p.name = $1`;

export async function quota(lane) {
  const project = await openProject(lane);
  const limit = lane.random.pick(LIMITS);
  // A limit below what is used refuses all growth; it cannot undo what is there.
  const before = await usageOf(lane, project);
  await setLimit(lane, { project, limit });
  await Promise.all(Array.from({ length: AT_ONCE }, () => step(lane, project)));
  const used = await usageOf(lane, project);
  if (limit >= 0 && used > Math.max(limit, before)) throw new Stale(`${used} bytes used, ${limit} allowed`);
}

/** Once for each lane. */
async function openProject(lane) {
  if (lane.quotaProject) return lane.quotaProject;
  const name = `${lane.project}-quota`;
  await lane.apis[0].makeProject(name);
  const authorization = await lane.apis[0].token(...REPOSITORIES.map((repository) => `${name}/${repository}`));
  const manifests = Array.from({ length: 8 }, () => [lane.random.pick(lane.layers), lane.random.pick(lane.layers)]);
  lane.quotaProject = { name, authorization, manifests: manifests.map((layers) => lane.manifest(lane.config, layers)) };
  return lane.quotaProject;
}

const setLimit = (lane, { project, limit }) =>
  lane.lab.sql('UPDATE quota SET hard = $2 FROM project p WHERE p.id = project_id AND p.name = $1', [
    project.name,
    limit,
  ]);

async function usageOf(lane, { name }) {
  const [row] = await lane.lab.sql(COUNTS, [name]);
  const [used, counted, linked] = [row.used, row.counted, row.linked].map(Number);
  if (used !== counted || used !== linked) throw new Stale(`quota ${used}, counted ${counted}, linked ${linked}`);
  return used;
}

const STEPS = {
  push: async ({ lane, repository, project }) => {
    const manifest = lane.random.pick(project.manifests);
    const missing = lane.random.pick(lane.blobs);
    // Refused for want of a blob as often as not: what is refused must not count.
    if (lane.random.chance(0.5)) await STEPS.blob({ repository, bytes: missing });
    expectStatus(await repository.putManifest(digestOf(manifest), manifest), 201, 400, 403, 404);
  },
  blob: async ({ lane, repository, bytes = lane.random.pick(lane.blobs) }) => {
    const path = `blobs/uploads/?digest=${digestOf(bytes)}`;
    expectStatus(await repository.send('POST', path, { body: bytes }), 201, 403);
  },
  mount: async ({ lane, repository, project }) => {
    const { digest } = lane.random.pick([lane.config, ...lane.layers]);
    const from = `${project.name}/${lane.random.pick(REPOSITORIES)}`;
    const answer = await repository.send('POST', `blobs/uploads/?mount=${digest}&from=${from}`);
    expectStatus(answer, 201, 202, 403);
    if (answer.status === 202)
      await repository.send('DELETE', new URL(answer.headers.location, repository.url).pathname);
  },
  remove: async ({ lane, repository, project }) => {
    const digest = digestOf(lane.random.pick(project.manifests));
    expectStatus(await repository.send('DELETE', `manifests/${digest}`), 202, 404);
  },
  unlink: async ({ lane, repository }) => {
    const digest = digestOf(lane.random.pick(lane.blobs));
    expectStatus(await repository.send('DELETE', `blobs/${digest}`), 202, 403, 404);
  },
};

function step(lane, project) {
  const run = lane.random.weighted([
    [5, STEPS.push],
    [3, STEPS.blob],
    [2, STEPS.mount],
    [2, STEPS.remove],
    [1, STEPS.unlink],
  ]);
  const name = `${project.name}/${lane.random.pick(REPOSITORIES)}`;
  const repository = lane.at(lane.random.int(0, 1), { name, authorization: project.authorization });
  return run({ lane, repository, project });
}
