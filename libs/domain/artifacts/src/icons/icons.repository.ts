import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { IconContent } from './built-in-icons';

/** An icon that an artifact says is its own; null until it was read once. */
interface OwnIcon {
  repository: string;
  contentType: string | null;
  content: Buffer | null;
}

@Injectable()
export class IconsRepository {
  constructor(private readonly database: Database) {}

  /** Only what an artifact shows as its icon: no other blob is to be had by its digest alone. */
  async find(digest: string): Promise<OwnIcon | undefined> {
    const [row] = await this.database.query<OwnIcon>(
      `SELECT r.name AS repository, i.content_type AS "contentType", i.content
       FROM artifact a JOIN repository r ON r.id = a.repository_id LEFT JOIN icon i ON i.digest = a.icon
       WHERE a.icon = $1 LIMIT 1`,
      [digest],
    );
    return row;
  }

  async keep(digest: string, { contentType, content }: IconContent): Promise<void> {
    await this.database.query(
      'INSERT INTO icon (digest, content_type, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [digest, contentType, content],
    );
  }
}
