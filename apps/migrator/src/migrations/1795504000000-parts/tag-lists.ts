/** How a trigger is made: its function, its table, and when it fires. */
export interface Trigger {
  on: string;
  table: string;
  when: string;
}

/**
 * `tag` as text that sorts in the order of versions: `v1.9` before `v1.10-rc.1` before `v1.10`, as Semantic Versioning 2
 * has it (section 11), with any number of numbers, and what follows `_` left out as build metadata. What is no version
 * comes before all versions. A number is written with its length before it; `!` sorts before whatever may follow.
 */
const versionKey = `LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    parts text[] := regexp_match(tag, '^[vV]?([0-9]+(?:[.][0-9]+)*)(?:-([0-9A-Za-z.-]+))?(?:_.*)?$');
    part text;
    key text := '1';
  BEGIN
    IF parts IS NULL THEN RETURN '0' || tag; END IF;
    FOREACH part IN ARRAY string_to_array(regexp_replace(parts[1], '(?:[.]0+)+$', ''), '.') LOOP
      part := ltrim(part, '0');
      key := key || lpad(length(part)::text, 3, '0') || part;
    END LOOP;
    IF parts[2] IS NULL THEN RETURN key || '!~'; END IF;
    key := key || '!-';
    FOREACH part IN ARRAY string_to_array(parts[2], '.') LOOP
      IF part ~ '^[0-9]+$' THEN
        part := ltrim(part, '0');
        key := key || '0' || lpad(length(part)::text, 3, '0') || part;
      ELSE
        key := key || '1' || part || '!';
      END IF;
    END LOOP;
    RETURN key;
  END $$`;

/** Annotations of one artifact that can be searched for; a manifest may have any number. */
const searchedAnnotations = 64;

const annotationsOf = (rows: string): string => `
  SELECT x.id, annotation_hash(e.key, e.value) AS hash
  FROM ${rows} x CROSS JOIN LATERAL (SELECT * FROM jsonb_each_text(x.annotations) LIMIT ${searchedAnnotations}) e`;

const countTags = (rows: string, sign: '+' | '-'): string => `LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE repository r SET tag_count = r.tag_count ${sign} c.count
    FROM (SELECT repository_id, count(*) AS count FROM ${rows} WHERE listed GROUP BY 1) c WHERE r.id = c.repository_id;
    RETURN NULL;
  END $$`;

const isAccessory = (artifactId: string): string =>
  `EXISTS (SELECT FROM accessory c WHERE c.artifact_id = ${artifactId})`;

const relistTags = (rows: string): string => `LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE tag t SET listed = NOT t.listed
    WHERE t.artifact_id IN (SELECT artifact_id FROM ${rows}) AND t.listed = ${isAccessory('t.artifact_id')};
    RETURN NULL;
  END $$`;

/** By name and arguments. */
export const listFunctions: Record<string, string> = {
  'tag_version_key(tag text) RETURNS text': versionKey,
  'annotation_hash(key text, value text) RETURNS bigint': `LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(substr(sha256(convert_to(key || E'\\n' || coalesce(value, ''), 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
  $$`,
  'artifact_annotations_inserted() RETURNS trigger': `LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO artifact_annotation (hash, artifact_id) SELECT hash, id FROM (${annotationsOf('inserted')}) a ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$`,
  'artifact_annotations_deleted() RETURNS trigger': `LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM artifact_annotation x USING (${annotationsOf('deleted')}) a WHERE x.hash = a.hash AND x.artifact_id = a.id;
      RETURN NULL;
    END $$`,
  'tag_listing() RETURNS trigger': `LANGUAGE plpgsql AS $$
    BEGIN
      NEW.listed := NOT ${isAccessory('NEW.artifact_id')};
      RETURN NEW;
    END $$`,
  'tag_count_inserted() RETURNS trigger': countTags('inserted', '+'),
  'tag_count_deleted() RETURNS trigger': countTags('deleted', '-'),
  // A tag that moves, and those of an artifact that has become an accessory. Folded pulls change neither.
  'tag_count_relisted() RETURNS trigger': `LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE repository r SET tag_count = r.tag_count + c.delta
      FROM (SELECT n.repository_id, sum(CASE WHEN n.listed THEN 1 ELSE -1 END)::integer AS delta
            FROM deleted b JOIN inserted n USING (id) WHERE b.listed <> n.listed GROUP BY 1) c
      WHERE r.id = c.repository_id;
      RETURN NULL;
    END $$`,
  'accessory_tags_inserted() RETURNS trigger': relistTags('inserted'),
  'accessory_tags_deleted() RETURNS trigger': relistTags('deleted'),
};

export const inserted = (table: string): string =>
  `AFTER INSERT ON "${table}" REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT`;
export const deleted = (table: string): string =>
  `AFTER DELETE ON "${table}" REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT`;

export const listTriggers: Record<string, Trigger> = {
  artifact_annotations_inserted: {
    on: 'artifact_annotations_inserted',
    table: 'artifact',
    when: inserted('artifact'),
  },
  artifact_annotations_deleted: { on: 'artifact_annotations_deleted', table: 'artifact', when: deleted('artifact') },
  tag_listing: {
    on: 'tag_listing',
    table: 'tag',
    when: 'BEFORE INSERT OR UPDATE OF "artifact_id" ON "tag" FOR EACH ROW',
  },
  tag_count_inserted: { on: 'tag_count_inserted', table: 'tag', when: inserted('tag') },
  tag_count_deleted: { on: 'tag_count_deleted', table: 'tag', when: deleted('tag') },
  tag_count_relisted: {
    on: 'tag_count_relisted',
    table: 'tag',
    when: 'AFTER UPDATE ON "tag" REFERENCING OLD TABLE AS deleted NEW TABLE AS inserted FOR EACH STATEMENT',
  },
  accessory_tags_inserted: { on: 'accessory_tags_inserted', table: 'accessory', when: inserted('accessory') },
  accessory_tags_deleted: { on: 'accessory_tags_deleted', table: 'accessory', when: deleted('accessory') },
};

export const fillLists = [
  `UPDATE tag t SET listed = false WHERE ${isAccessory('t.artifact_id')}`,
  `UPDATE repository r SET tag_count = c.count
   FROM (SELECT repository_id, count(*) AS count FROM tag WHERE listed GROUP BY 1) c WHERE c.repository_id = r.id`,
  `INSERT INTO artifact_annotation (hash, artifact_id) SELECT hash, id FROM (${annotationsOf('artifact')}) a ON CONFLICT DO NOTHING`,
];
