import { AppError } from '@breakwater/kernel';
import { CONFIG, type NotaryServerConfig } from '@breakwater/platform';
import {
  metadataNotFound,
  TrustData,
  TrustKeys,
  TrustReader,
  type StoredFile,
  type TrustChange,
} from '@breakwater/trust';
import { canonicalJson, type ServerRole } from '@breakwater/tuf';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { TrustRequest } from '../http/trust-path';
import type { TrustCall } from './trust-call';

type FileRequest = Extract<TrustRequest, { operation: 'GetRole' | 'GetRoleByHash' | 'GetRoleByVersion' }>;

const json = 'application/json; charset=utf-8';
const standardPage = 100;
const maxPage = 1_000;

/** What clients read. */
@Injectable()
export class MetadataRoutes {
  constructor(
    private readonly reader: TrustReader,
    private readonly keys: TrustKeys,
    private readonly data: TrustData,
    @Inject(CONFIG) private readonly config: NotaryServerConfig,
  ) {}

  async file(asked: FileRequest, { reply }: TrustCall): Promise<void> {
    const file = await this.find(asked);
    const current = asked.operation === 'GetRole';
    const age = current ? this.config.NOTARY_MAX_AGE_CURRENT : this.config.NOTARY_MAX_AGE_CONSISTENT;
    cacheFor(reply, age, current);
    await reply.header('last-modified', file.creationTime.toUTCString()).type(json).send(file.data);
  }

  async key(asked: { operation: string; gun: string; role: ServerRole }, { reply }: TrustCall): Promise<void> {
    const { operation, gun, role } = asked;
    const key = operation === 'GetKey' ? await this.keys.current(gun, role) : await this.keys.next(gun, role);
    const { keytype, keyval } = key;
    // `keytype` before `keyval`, and in that `public` before `private`: as Notary has it.
    const body = `{"keytype":${canonicalJson(keytype).toString()},"keyval":{"public":"${keyval.public}","private":null}}`;
    await reply.type(json).send(body);
  }

  async changes(gun: string | undefined, { request, reply }: TrustCall): Promise<void> {
    const { change_id: id, records } = request.query as Record<string, unknown>;
    const limit = integer(records, 'records');
    const after = id === undefined || id === '' ? 0 : integer(id, 'change_id');
    const newest = after < 0 || limit < 0;
    const found = await this.data.changes({
      gun,
      newest,
      after: newest && after <= 0 ? undefined : after,
      limit: Math.min(Math.abs(limit) || standardPage, maxPage),
    });
    await reply.type(json).send(JSON.stringify({ count: found.length, records: found.map(record) }));
  }

  private find(asked: FileRequest): Promise<StoredFile> {
    const { gun, role } = asked;
    if (asked.operation === 'GetRole') return this.reader.current(gun, role);
    if (asked.operation === 'GetRoleByVersion') return this.reader.byVersion(gun, role, asked.version);
    // The route takes longer checksums, too, and knows none.
    if (asked.checksum.length !== 64) return Promise.reject(metadataNotFound());
    return this.reader.bySha256(gun, role, asked.checksum);
  }
}

/** As Notary says it; `current` changes, what is named by its checksum or version does not. */
function cacheFor(reply: FastifyReply, age: number, current: boolean): void {
  if (age === 0) {
    void reply.header('cache-control', 'max-age=0, no-cache, no-store').header('pragma', 'no-cache');
    return;
  }
  const value = `public, max-age=${age}, s-maxage=${age}${current ? ', must-revalidate' : ''}`;
  void reply.header('cache-control', value);
}

/** Names as Go writes them. */
function record({ id, creationTime, gun, version, sha256, category }: TrustChange) {
  return {
    ID: String(id),
    CreatedAt: new Date(creationTime).toISOString(),
    GUN: gun,
    Version: version,
    SHA256: sha256,
    Category: category,
  };
}

function integer(value: unknown, name: string): number {
  if (typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value)) return Number(value);
  throw new AppError('INVALID_PARAMETERS', 'The parameters provided are not valid.', {
    detail: `invalid ${name} parameter: expected an integer`,
  });
}
