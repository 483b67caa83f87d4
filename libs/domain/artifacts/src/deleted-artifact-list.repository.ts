import {
  countedPage,
  Database,
  filterConditions,
  orderBy,
  SqlParameters,
  type ListColumns,
  type ListOptions,
} from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

/** A deleted artifact as lists show it. */
export interface DeletedArtifactDetail {
  id: number;
  projectId: number;
  repositoryName: string;
  digest: string;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  size: number;
  tags: string[];
  pushTime: Date;
  pullTime: Date | null;
  deleteTime: Date;
  purgeTime: Date;
  /** Name of the user or robot who deleted it. */
  actor: string;
}

const columns: ListColumns = {
  id: { sql: 'd.id', type: 'number' },
  repository_name: { sql: 'd.repository_name', type: 'text' },
  digest: { sql: 'd.digest', type: 'text' },
  type: { sql: 'd.type', type: 'text' },
  media_type: { sql: 'd.media_type', type: 'text' },
  artifact_type: { sql: 'd.artifact_type', type: 'text' },
  size: { sql: 'd.size', type: 'number' },
  push_time: { sql: 'd.push_time', type: 'time' },
  delete_time: { sql: 'd.delete_time', type: 'time' },
  purge_time: { sql: 'd.purge_time', type: 'time' },
  deleted_by: { sql: 'd.actor', type: 'text' },
};

const detail = `d.id, d.project_id AS "projectId", d.repository_name AS "repositoryName", d.digest, d.type, d.media_type AS "mediaType",
  d.manifest_media_type AS "manifestMediaType", d.artifact_type AS "artifactType", d.size,
  ARRAY(SELECT t ->> 'name' FROM jsonb_array_elements(d.tags) t) AS tags, d.push_time AS "pushTime", d.pull_time AS "pullTime",
  d.delete_time AS "deleteTime", d.purge_time AS "purgeTime", d.actor`;

@Injectable()
export class DeletedArtifactListRepository {
  constructor(private readonly database: Database) {}

  /** What can be restored of the project, or of one repository of it, the latest deletion first. */
  list(
    scope: { projectId: number; repository?: string },
    options: ListOptions,
  ): Promise<{ items: DeletedArtifactDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `d.project_id = ${parameters.add(scope.projectId)}`,
      ...(scope.repository === undefined ? [] : [`d.repository_name = ${parameters.add(scope.repository)}`]),
      ...filterConditions(columns, options.filters, parameters),
    ].join(' AND ');
    const query = {
      columns: detail,
      from: `FROM deleted_artifact d WHERE ${where}`,
      order: orderBy(columns, options.sorts, 'd.delete_time DESC, d.id DESC', 'd.id DESC'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }
}
