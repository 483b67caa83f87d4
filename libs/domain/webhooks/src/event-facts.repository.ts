import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { EventFacts } from './event-data';

export interface FactsOfEvent {
  projectId: number;
  /** Absent: the event is of the project as a whole. */
  repository?: string;
}

interface Row {
  projectId: number;
  isPublic: boolean;
  repositories: Record<string, string>;
}

/** What payloads say of projects and repositories, read once for many events. */
@Injectable()
export class EventFactsRepository {
  constructor(private readonly database: Database) {}

  /** Answers a function from an event to its facts; of what is gone there are none, and it counts as private. */
  async read(of: readonly FactsOfEvent[], host: string): Promise<(event: FactsOfEvent) => EventFacts> {
    const rows = await this.database.query<Row>(
      `SELECT p.id AS "projectId", p.public AS "isPublic",
              coalesce((SELECT jsonb_object_agg(r.name, r.creation_time) FROM repository r
                        WHERE r.project_id = p.id AND r.name = ANY($2)), '{}') AS repositories
       FROM project p WHERE p.id = ANY($1)`,
      [
        [...new Set(of.map(({ projectId }) => projectId))],
        [...new Set(of.flatMap(({ repository }) => repository ?? []))],
      ],
    );
    const byProject = new Map(rows.map((row) => [row.projectId, row]));
    return ({ projectId, repository = '' }) => {
      const row = byProject.get(projectId);
      const created = row?.repositories[repository];
      return {
        host,
        isPublic: row?.isPublic ?? false,
        ...(created !== undefined && { repositoryCreationTime: new Date(created) }),
      };
    };
  }
}
