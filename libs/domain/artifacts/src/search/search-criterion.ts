import { AppError, isDigest, isTag } from '@breakwater/kernel';
import type { SqlParameters } from '@breakwater/platform';
import type { SearchPosition } from './search-cursors';

/** What artifacts are searched for by: exactly one of these. */
export interface SearchFor {
  /** A digest, or six or more of its first hexadecimal digits, with or without the algorithm. */
  digest?: string;
  /** A tag, or the beginning of one and `*`. */
  tag?: string;
  /** `key=value` of an annotation of the manifest. */
  annotation?: string;
}

/**
 * The SQL of at most `limit` candidates after a position, straight from an index: rows of `text` and `id`, their place in
 * its order, `artifact_id`, `parts`: whether parts of indexes and accessories count as found, and `annotated`: what it must
 * have among its annotations, or null.
 */
export type Candidates = (parameters: SqlParameters, after: SearchPosition, limit: number) => string;

/** By the field of `SearchFor`. */
const criteria: Record<keyof SearchFor, (value: string) => Candidates> = {
  digest: byDigest,
  tag: byTag,
  annotation: byAnnotation,
};

/** Throws BAD_REQUEST unless there is one thing to search for, and it makes sense. */
export function candidatesOf(wanted: SearchFor): Candidates {
  const [first, ...others] = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if (!first || others.length > 0) throw invalid(`exactly one of ${Object.keys(criteria).join(', ')}`);
  const [field, value] = first as [keyof SearchFor, string];
  return criteria[field](value);
}

function byDigest(value: string): Candidates {
  const prefix = /^[0-9a-f]+$/.test(value) ? `sha256:${value}` : value;
  if (!isDigest(prefix) && !/^[a-z0-9]+:[0-9a-f]{6,128}$/.test(prefix))
    throw invalid('digest takes a digest, or its first hexadecimal digits: six or more');
  return (parameters, after, limit) => `
    SELECT a.digest AS text, a.id, a.id AS artifact_id, true AS parts, NULL::jsonb AS annotated FROM artifact a
    WHERE ${startsWith(['a.digest', 'a.id'], prefix, { after, parameters })}
    ORDER BY a.digest, a.id LIMIT ${parameters.add(limit)}`;
}

function byTag(value: string): Candidates {
  const prefix = value.endsWith('*') ? value.slice(0, -1) : undefined;
  if (!isTag(prefix ?? value)) throw invalid('tag takes a tag, or the beginning of one and *');
  return (parameters, after, limit) => {
    const named =
      prefix === undefined
        ? `t.name = ${parameters.add(value)} AND t.repository_id > ${parameters.add(after.id)}`
        : startsWith(['t.name', 't.repository_id'], prefix, { after, parameters });
    return `
      SELECT t.name AS text, t.repository_id AS id, t.artifact_id, false AS parts, NULL::jsonb AS annotated FROM tag t
      WHERE t.listed AND ${named} ORDER BY t.name, t.repository_id LIMIT ${parameters.add(limit)}`;
  };
}

function byAnnotation(value: string): Candidates {
  const equals = value.indexOf('=');
  if (equals <= 0 || value.includes('\0')) throw invalid('annotation takes key=value');
  const [key, text] = [value.slice(0, equals), value.slice(equals + 1)];
  // Two annotations may have the same hash: what is found is compared.
  return (parameters, { id }, limit) => {
    const [keyed, valued] = [`${parameters.add(key)}::text`, `${parameters.add(text)}::text`];
    return `
      SELECT '' AS text, x.artifact_id AS id, x.artifact_id, false AS parts, jsonb_build_object(${keyed}, ${valued}) AS annotated
      FROM artifact_annotation x WHERE x.hash = annotation_hash(${keyed}, ${valued}) AND x.artifact_id > ${parameters.add(id)}
      ORDER BY x.artifact_id LIMIT ${parameters.add(limit)}`;
  };
}

/**
 * `~` comes after all characters of digests and tags: in the order "C" whatever begins with the prefix is before it. Only one
 * lower bound is given: of two, Postgres may begin at the lower one and read on from there.
 */
function startsWith(
  [text, id]: [text: string, id: string],
  prefix: string,
  { after, parameters }: { after: SearchPosition; parameters: SqlParameters },
): string {
  const from =
    after.text < prefix
      ? `${text} >= ${parameters.add(prefix)}`
      : `(${text}, ${id}) > (${parameters.add(after.text)}, ${parameters.add(after.id)}::bigint)`;
  return `${from} AND ${text} < ${parameters.add(`${prefix}~`)}`;
}

function invalid(expected: string): AppError {
  return new AppError('BAD_REQUEST', `invalid search: ${expected}`);
}
