import { AppError, isDigest, isTag } from '@breakwater/kernel';
import type { SqlParameters } from '@breakwater/platform';
import type { SearchPosition } from './search-cursors';

/** What artifacts are searched for by: exactly one of these. */
export interface SearchFor {
  /** A digest, or six or more of its first hexadecimal digits, with or without the algorithm. */
  digest?: string;
  /** A tag, or the beginning of one and `*`. */
  tag?: string;
  /** The name of a label, of every project or of one, or the beginning of one and `*`. */
  label?: string;
  /** `key=value` of an annotation of the manifest. */
  annotation?: string;
}

/**
 * The SQL of at most `limit` candidates after a position, straight from an index: rows of `text` and `id`, their place in
 * its order, `artifact_id` (null: nothing is to be found there), `parts`: whether parts of indexes and accessories count as
 * found, and `annotated`: what it must have among its annotations, or null.
 */
export type Candidates = (parameters: SqlParameters, after: SearchPosition, limit: number) => string;

/** By the field of `SearchFor`. */
const criteria: Record<keyof SearchFor, (value: string) => Candidates> = {
  digest: byDigest,
  tag: byTag,
  label: byLabel,
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
  const prefix = beginningOf(value);
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

/**
 * An artifact is found once for each label of another name. A label that nothing carries counts as a candidate too: each
 * project may have one, and reading them has an end. Who put a label on a part of an index finds that part.
 */
function byLabel(value: string): Candidates {
  const prefix = beginningOf(value);
  if ((prefix ?? value) === '' || value.includes('\0'))
    throw invalid('label takes the name of a label, or the beginning of one and *');
  return (parameters, { text, id }, limit) => {
    const [name, labelId] = labelAt(text);
    const from = parameters.add(labelId);
    const named =
      prefix === undefined
        ? `l.name = ${parameters.add(value)} AND l.id >= ${from}::bigint`
        : startsWith(['l.name', 'l.id'], prefix, { after: { text: name, id: labelId - 1 }, parameters });
    const most = parameters.add(limit);
    return `
      SELECT l.name || E'\\x01' || lpad(l.id::text, 19, '0') AS text, coalesce(x.artifact_id, 0) AS id,
        CASE WHEN l.project_id IS NULL OR ${foundBefore} IS NULL THEN x.artifact_id END AS artifact_id,
        true AS parts, NULL::jsonb AS annotated
      FROM label l LEFT JOIN LATERAL (
        SELECT f.artifact_id FROM label_reference f
        WHERE f.label_id = l.id AND f.artifact_id > CASE WHEN l.id = ${from} THEN ${parameters.add(id)}::bigint ELSE 0 END
        ORDER BY f.artifact_id LIMIT ${most}) x ON true
      WHERE ${named} AND (x.artifact_id IS NOT NULL OR l.id <> ${from})
      ORDER BY l.name, l.id, x.artifact_id LIMIT ${most}`;
  };
}

/**
 * The artifact, when it carries the label of every project that has the same name. No EXISTS: Postgres may answer that by
 * hashing all references.
 */
const foundBefore = `(
  SELECT o.artifact_id FROM label g JOIN label_reference o ON o.label_id = g.id
  WHERE g.name = l.name AND g.project_id IS NULL AND o.artifact_id = x.artifact_id)`;

/** Name and id of the label where a page ended; throws BAD_REQUEST for the position of another search. */
function labelAt(text: string): [name: string, id: number] {
  const end = text.lastIndexOf('\x01');
  const id = Number(text.slice(end + 1));
  if (!Number.isSafeInteger(id)) throw invalid('the cursor of a page of the same search');
  return [text.slice(0, Math.max(end, 0)), id];
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

/** What is before the `*`; undefined: all of it is meant. */
function beginningOf(value: string): string | undefined {
  return value.endsWith('*') ? value.slice(0, -1) : undefined;
}

/** Comes after all characters: in the order "C" whatever begins with a prefix is before the prefix with it. */
const lastCharacter = '\u{10ffff}';

/** Only one lower bound is given: of two, Postgres may begin at the lower one and read on from there. */
function startsWith(
  [text, id]: [text: string, id: string],
  prefix: string,
  { after, parameters }: { after: SearchPosition; parameters: SqlParameters },
): string {
  const from =
    after.text < prefix
      ? `${text} >= ${parameters.add(prefix)}`
      : `(${text}, ${id}) > (${parameters.add(after.text)}, ${parameters.add(after.id)}::bigint)`;
  return `${from} AND ${text} < ${parameters.add(prefix + lastCharacter)}`;
}

function invalid(expected: string): AppError {
  return new AppError('BAD_REQUEST', `invalid search: ${expected}`);
}
