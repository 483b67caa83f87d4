// Rows of the seeded platform, table by table, ids included. Pure.
import { MEMBERS_PER_PROJECT, spread } from './scale.mjs';
import {
  childAnnotations,
  childPlatform,
  GROUP,
  projectName,
  repositoryArtifacts,
  repositoryBlobs,
  repositoryKind,
  repositoryName,
  tagName,
  taggedArtifact,
  usedBlobs,
  userName,
} from './content.mjs';

/** projectAdmin is the owner's; the others take turns (libs/domain/access/src/roles.ts). */
const PROJECT_ADMIN = 1;
const OTHER_ROLES = [2, 4, 3, 5];
const LATEST_MOVES = 3;
const TYPES = { image: 'IMAGE', index: 'IMAGE', chart: 'CHART' };

/**
 * @typedef {{ id: number, index: number, name: string, project: { id: number }, kind: string, artifacts: number, tags: number,
 *   firstArtifact: number, firstBlob: number, firstTag: number }} PlannedRepository the "first" are ids
 */

/** Which ids everything gets. @param {import('./scale.mjs').Scale} scale @param {Record<string, number>} first id per table */
export function plan(scale, first) {
  const projects = Array.from({ length: scale.projects }, (_, index) => ({
    id: first.project + index,
    index,
    name: projectName(index),
  }));
  const users = Array.from({ length: scale.users }, (_, index) => ({
    id: first.user_account + index,
    name: userName(index),
  }));
  const perProject = spread(scale.repositories, scale.projects);
  const artifacts = spread(scale.artifacts, scale.repositories, { least: GROUP });
  const tags = spread(scale.tags, scale.repositories, { least: GROUP });
  const repositories = [];
  const next = { artifact: first.artifact, blob: first.blob, tag: first.tag };
  for (const [index, project] of perProject.flatMap((count, of) => Array(count).fill(projects[of])).entries()) {
    const kind = repositoryKind(index);
    const repository = {
      id: first.repository + index,
      index,
      name: repositoryName(project.name, index),
      project,
      kind,
    };
    Object.assign(repository, { artifacts: artifacts[index], tags: tags[index] });
    Object.assign(repository, { firstArtifact: next.artifact, firstBlob: next.blob, firstTag: next.tag });
    repository.blobs = repositoryBlobs(repository.name, kind);
    next.artifact += repository.artifacts;
    next.blob += repository.blobs.length;
    next.tag += repository.tags;
    repositories.push(repository);
  }
  return { projects, users, repositories };
}

export function* members({ projects, users }, firstId) {
  let id = firstId;
  for (const { id: project, index } of projects) {
    for (let member = 0; member < Math.min(MEMBERS_PER_PROJECT, users.length); member++) {
      const role = member === 0 ? PROJECT_ADMIN : OTHER_ROLES[(member - 1) % OTHER_ROLES.length];
      yield [id++, project, users[(index + member) % users.length].id, 'u', role];
    }
  }
}

const owner = ({ users }, project) => users[project.index % users.length];
export const ownerOf = (platform, project) => owner(platform, project).id;
export const ownerNameOf = (platform, project) => owner(platform, project).name;

/** For each row of the table. What is in several tables is made once per repository, so memory stays small. */
export function* artifactRows({ repositories }) {
  for (const repository of repositories) yield* describeArtifacts(repository).map(({ row }) => row);
}

/** Those that an artifact refers to. */
export function* blobsOf({ repositories }) {
  for (const { blobs, firstBlob, kind, artifacts } of repositories)
    for (const position of usedBlobs(kind, artifacts)) yield { id: firstBlob + position, ...blobs[position] };
}

export function* manifestRows({ repositories }) {
  for (const { name, kind, blobs, artifacts: count } of repositories)
    for (const { digest, payload, pushTime } of repositoryArtifacts(name, kind, { blobs, count }))
      yield [digest, payload, payload.length, pushTime];
}

export function* artifactBlobRows({ repositories }) {
  for (const repository of repositories)
    for (const { id, artifact } of describeArtifacts(repository))
      for (const blob of new Set(artifact.blobs)) yield [id, repository.firstBlob + blob];
}

export function* referenceRows({ repositories }) {
  for (const repository of repositories.filter(({ kind }) => kind === 'multi')) {
    const described = describeArtifacts(repository);
    for (const { id, artifact } of described) {
      const digests = artifact.children.map((child) => described[child].artifact.digest);
      for (const [index, child] of artifact.children.entries())
        yield [id, described[child].id, digests[index], childPlatform(index), childAnnotations(index, digests)];
    }
  }
}

/** Signatures, and what BuildKit attests. */
export function* accessoryRows({ repositories }) {
  for (const repository of repositories) {
    const described = describeArtifacts(repository);
    for (const { id, artifact } of described) {
      if (!artifact.accessoryOf) continue;
      const { position, type } = artifact.accessoryOf;
      yield [id, repository.id, described[position].artifact.digest, type];
    }
  }
}

export function* tagRows({ repositories }) {
  for (const repository of repositories) {
    const { id, firstTag, firstArtifact, tags, kind, artifacts } = repository;
    for (let index = 0; index < tags; index++)
      yield [firstTag + index, id, firstArtifact + taggedArtifact(index, kind, artifacts), tagName(index)];
  }
}

/** Each tag was made once; "latest" has come a longer way. */
export function* historyRows({ repositories, users }) {
  for (const repository of repositories) {
    const described = describeArtifacts(repository);
    const { id, tags, kind, artifacts, project } = repository;
    const actor = userName(project.index % users.length);
    for (let index = 0; index < tags; index++) {
      const position = taggedArtifact(index, kind, artifacts);
      let before = null;
      for (const at of index === 0 ? [...earlier(position, kind), position] : [position]) {
        const { digest, pushTime } = described[at].artifact;
        yield [id, tagName(index), before, digest, actor, pushTime];
        before = digest;
      }
    }
  }
}

function earlier(position, kind) {
  const step = kind === 'multi' ? GROUP : 1;
  const positions = Array.from({ length: LATEST_MOVES }, (_, back) => position - (LATEST_MOVES - back) * step);
  return positions.filter((at) => at >= 0);
}

/** Sizes as ArtifactRecorder counts them: manifest, its blobs, its children. */
function describeArtifacts(repository) {
  const { name, kind, blobs, artifacts: count, firstArtifact, id: repositoryId, project } = repository;
  const described = [];
  for (const artifact of repositoryArtifacts(name, kind, { blobs, count })) {
    const { payload, digest, number, mediaType, manifestMediaType, annotations, extraAttrs, pushTime } = artifact;
    const { artifactType, subject = null } = artifact;
    const own = [...new Set(artifact.blobs)].reduce((sum, blob) => sum + blobs[blob].bytes.length, payload.length);
    const size = artifact.children.reduce((sum, child) => sum + described[child].size, own);
    const id = firstArtifact + number;
    const row = [
      id,
      project.id,
      repositoryId,
      digest,
      TYPES[artifact.kind],
      mediaType,
      manifestMediaType,
      artifactType,
    ];
    row.push(size, payload.length, annotations, extraAttrs, pushTime, subject);
    described.push({ id, size, artifact, row });
  }
  return described;
}
