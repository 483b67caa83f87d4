import { parseManifest, type Manifest } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';

interface Row {
  digest: string;
  mediaType: string;
  payload: Buffer;
}

/** Manifests of a repository as they were pushed. */
@Injectable()
export class StoredManifestsRepository {
  constructor(private readonly database: Database) {}

  /** By their digests; what is not there is not in the map. */
  async find(repository: string, digests: readonly string[]): Promise<Map<string, Manifest>> {
    if (digests.length === 0) return new Map();
    const rows = await this.database.query<Row>(
      `SELECT a.digest, a.manifest_media_type AS "mediaType", m.payload FROM repository r
       JOIN artifact a ON a.repository_id = r.id AND a.digest = ANY($2) JOIN manifest m ON m.digest = a.digest WHERE r.name = $1`,
      [repository, digests],
    );
    return new Map(rows.map(({ digest, mediaType, payload }) => [digest, parseManifest(payload, mediaType)]));
  }

  /** Bytes of the manifest itself. */
  async sizeOf(repository: string, digest: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ size: number }>(
      `SELECT a.manifest_size AS size FROM repository r JOIN artifact a ON a.repository_id = r.id WHERE r.name = $1 AND a.digest = $2`,
      [repository, digest],
    );
    return row?.size;
  }
}
