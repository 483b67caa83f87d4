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
import {
  accessoryColumns,
  accessoryTables,
  tagColumns,
  type AccessoryDetail,
  type ArtifactDetail,
  type TagDetail,
} from './artifact-detail';

const columnsOfTags: ListColumns = {
  id: { sql: 't.id', type: 'number' },
  name: { sql: 't.name', type: 'text' },
  push_time: { sql: 't.push_time', type: 'time' },
  pull_time: { sql: 't.pull_time', type: 'time' },
};

const columnsOfAccessories: ListColumns = {
  id: { sql: 'c.id', type: 'number' },
  artifact_id: { sql: 'c.artifact_id', type: 'number' },
  digest: { sql: 'x.digest', type: 'text' },
  size: { sql: 'x.size', type: 'number' },
  type: { sql: 'c.type', type: 'text' },
  creation_time: { sql: 'c.creation_time', type: 'time' },
};

/** The tags and the accessories of one artifact, page by page. */
@Injectable()
export class TagListRepository {
  constructor(private readonly database: Database) {}

  tags(artifactId: number, options: ListOptions): Promise<{ items: TagDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const where = [
      `t.artifact_id = ${parameters.add(artifactId)}`,
      ...filterConditions(columnsOfTags, options.filters, parameters),
    ].join(' AND ');
    const query = {
      columns: tagColumns,
      from: `FROM tag t WHERE ${where}`,
      order: orderBy(columnsOfTags, options.sorts, 't.push_time DESC, t.id DESC', 't.id DESC'),
      parameters,
    };
    return countedPage(this.database, query, options);
  }

  async accessories(
    subject: ArtifactDetail,
    options: ListOptions,
  ): Promise<{ items: AccessoryDetail[]; total: number }> {
    const parameters = new SqlParameters();
    const own = `c.repository_id = ${parameters.add(subject.repositoryId)} AND c.subject_digest = ${parameters.add(subject.digest)}`;
    const where = [own, ...filterConditions(columnsOfAccessories, options.filters, parameters)].join(' AND ');
    const order = orderBy(columnsOfAccessories, options.sorts, 'c.creation_time DESC, c.id DESC', 'c.id DESC');
    const query = { columns: accessoryColumns, from: `FROM ${accessoryTables} WHERE ${where}`, order, parameters };
    const { items, total } = await countedPage<AccessoryDetail>(this.database, query, options);
    return { items: items.map((row) => ({ ...row, subjectRepository: subject.repositoryName })), total };
  }
}
