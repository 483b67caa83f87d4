import { attestationReference } from './artifact/attestations';
import { labelColumns, type LabelRow } from './labels/labels.repository';

/** An artifact as the management API shows it, with what hangs on it. */
export interface ArtifactDetail {
  id: number;
  projectId: number;
  repositoryId: number;
  repositoryName: string;
  digest: string;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  size: number;
  annotations: Record<string, string>;
  extraAttrs: Record<string, unknown>;
  /** Digest of the layer that shows what it is; null: the icon of its type. */
  icon: string | null;
  pushTime: Date;
  pullTime: Date | null;
  references: ReferenceDetail[];
  tags: TagDetail[];
  accessories: AccessoryDetail[];
  /** Of the indexes that list it. */
  inheritedAccessories: AccessoryDetail[];
  labels: LabelRow[];
}

export interface ReferenceDetail {
  parentId: number;
  childId: number;
  childDigest: string;
  platform: Record<string, unknown> | null;
  annotations: Record<string, string> | null;
  urls: string[] | null;
}

export interface TagDetail {
  id: number;
  repositoryId: number;
  artifactId: number;
  name: string;
  pushTime: Date;
  pullTime: Date | null;
  /** Only where it was asked for. */
  immutable?: boolean;
}

export interface AccessoryDetail {
  id: number;
  artifactId: number;
  subjectArtifactId: number | null;
  subjectDigest: string;
  subjectRepository: string;
  size: number;
  digest: string;
  type: string;
  creationTime: Date;
}

/** What a list or read should bring along; the rest comes back empty. */
export interface ArtifactParts {
  tags: boolean;
  accessories: boolean;
  inheritedAccessories?: boolean;
  labels?: boolean;
  /** Of each tag, whether it is immutable. */
  immutable?: boolean;
}

/* Columns on `artifact a` joined with `repository r`. JSON has no dates: times come as text, and `withDates` reads them. */

export const tagColumns = `t.id, t.repository_id AS "repositoryId", t.artifact_id AS "artifactId", t.name, t.push_time AS "pushTime", t.pull_time AS "pullTime"`;

/** On `accessory c`, its artifact `x`, and its subject `s`, which need not be there. */
export const accessoryColumns = `c.id, c.artifact_id AS "artifactId", s.id AS "subjectArtifactId", c.subject_digest AS "subjectDigest",
  x.size, x.digest, c.type, c.creation_time AS "creationTime"`;

export const accessoryTables = `accessory c JOIN artifact x ON x.id = c.artifact_id
  LEFT JOIN artifact s ON s.repository_id = c.repository_id AND s.digest = c.subject_digest`;

const list = (select: string): string => `(SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM (${select}) i)`;

const tags = list(`SELECT ${tagColumns} FROM tag t WHERE t.artifact_id = a.id ORDER BY t.push_time DESC, t.id DESC`);

const references = list(
  `SELECT f.parent_id AS "parentId", f.child_id AS "childId", f.child_digest AS "childDigest", f.platform, f.annotations, f.urls
   FROM artifact_reference f WHERE f.parent_id = a.id AND NOT ${attestationReference} ORDER BY f.child_id`,
);

const accessories = list(
  `SELECT ${accessoryColumns}, r.name AS "subjectRepository" FROM ${accessoryTables}
   WHERE c.repository_id = a.repository_id AND c.subject_digest = a.digest ORDER BY c.id`,
);

const inheritedAccessories = list(
  `SELECT ${accessoryColumns}, r.name AS "subjectRepository"
   FROM artifact_reference f JOIN artifact p ON p.id = f.parent_id, ${accessoryTables}
   WHERE f.child_id = a.id AND NOT ${attestationReference} AND c.repository_id = p.repository_id AND c.subject_digest = p.digest ORDER BY c.id`,
);

const labels = list(
  `SELECT ${labelColumns} FROM label_reference lr JOIN label l ON l.id = lr.label_id WHERE lr.artifact_id = a.id ORDER BY l.name, l.id`,
);

const nothing = "'[]'::jsonb";

export function artifactSelect(parts: ArtifactParts): string {
  return `
    a.id, a.project_id AS "projectId", a.repository_id AS "repositoryId", r.name AS "repositoryName", a.digest, a.type,
    a.media_type AS "mediaType", a.manifest_media_type AS "manifestMediaType", a.artifact_type AS "artifactType", a.size,
    a.annotations, a.extra_attrs AS "extraAttrs", a.icon, a.push_time AS "pushTime", a.pull_time AS "pullTime",
    ${references} AS "references", ${parts.tags ? tags : nothing} AS tags, ${parts.accessories ? accessories : nothing} AS accessories,
    ${parts.inheritedAccessories ? inheritedAccessories : nothing} AS "inheritedAccessories", ${parts.labels ? labels : nothing} AS labels`;
}

export function withDates(row: ArtifactDetail): ArtifactDetail {
  return {
    ...row,
    tags: row.tags.map((tag) => ({
      ...tag,
      pushTime: new Date(tag.pushTime),
      pullTime: tag.pullTime && new Date(tag.pullTime),
    })),
    accessories: row.accessories.map(withCreationTime),
    inheritedAccessories: row.inheritedAccessories.map(withCreationTime),
    labels: row.labels.map((label) => ({ ...withCreationTime(label), updateTime: new Date(label.updateTime) })),
  };
}

function withCreationTime<T extends { creationTime: Date }>(item: T): T {
  return { ...item, creationTime: new Date(item.creationTime) };
}
