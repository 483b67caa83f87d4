// How much of everything, and how it is spread. Pure.

/** @typedef {{ projects: number, repositories: number, artifacts: number, tags: number, users: number }} Scale */

export const SCALES = {
  small: { projects: 4, repositories: 20, artifacts: 1_000, tags: 2_000, users: 20 },
  full: { projects: 1_000, repositories: 10_000, artifacts: 1_000_000, tags: 2_000_000, users: 20_000 },
};

/** Blobs of a repository: its images choose their config and layers among them. */
export const CONFIGS_PER_REPOSITORY = 3;
export const LAYERS_PER_REPOSITORY = 7;
export const LAYERS_PER_IMAGE = 3;
export const BLOBS_PER_REPOSITORY = CONFIGS_PER_REPOSITORY + LAYERS_PER_REPOSITORY;
export const MEMBERS_PER_PROJECT = 6;

/* Measured at full scale, indexes and the write-ahead log of the one transaction included, rounded up. */
const BYTES_PER_ARTIFACT = 3_800;
const BYTES_PER_TAG = 700;
/** A file of at most one block in a folder of its own. */
const BYTES_PER_BLOB = 12_288;
const BASE_BYTES = 64 * 1024 ** 2;

/** Bytes of disk for the database and for the blobs. */
export function diskNeed({ artifacts, tags, repositories }) {
  return {
    database: BASE_BYTES + artifacts * BYTES_PER_ARTIFACT + tags * BYTES_PER_TAG,
    blobs: repositories * BLOBS_PER_REPOSITORY * BYTES_PER_BLOB,
  };
}

/**
 * Shares `total` among `count`, the first ones most, as popularity is spread; everyone gets `least` at least.
 * @returns {number[]} whole numbers whose sum is `total`
 */
export function spread(total, count, { exponent = 0.8, least = 1 } = {}) {
  const rest = total - least * count;
  if (rest < 0) throw new Error(`${total} is not enough for ${count} times ${least}`);
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -exponent);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const shares = weights.map((weight) => least + Math.floor((rest * weight) / sum));
  // What rounding left over goes to the first ones, one each.
  const left = total - shares.reduce((all, share) => all + share, 0);
  return shares.map((share, rank) => (rank < left ? share + 1 : share));
}
