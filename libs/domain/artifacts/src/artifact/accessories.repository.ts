import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import type { AccessoryLink } from './artifact-kind';

@Injectable()
export class AccessoriesRepository {
  constructor(private readonly database: Database) {}

  async insert(accessory: AccessoryLink & { artifactId: number; repositoryId: number }): Promise<void> {
    await this.database.query(
      `INSERT INTO accessory (artifact_id, repository_id, subject_digest, type) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [accessory.artifactId, accessory.repositoryId, accessory.subjectDigest, accessory.type],
    );
  }
}
