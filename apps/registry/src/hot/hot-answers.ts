import type { TrustPass } from '@breakwater/access';
import type { RepositoryBlobRow, StoredManifest } from '@breakwater/artifacts';
import {
  CoherentCache,
  LeaseHolder,
  referenceScope,
  repositoryScope,
  signingScope,
  SingleFlight,
  type Ticket,
} from '@breakwater/coherence';
import { CONFIG, type CacheUsage } from '@breakwater/platform';
import type { PullDecision } from '@breakwater/trust-gate';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { headOf } from './one-piece';

/** A manifest or blob as it goes out, for every caller who may pull from the repository. */
export interface HotAnswer {
  kind: 'manifest' | 'blob';
  repository: string;
  digest: string;
  /** Name, value, name, value, … as `writeHead` takes them; `Content-Length` is among them. */
  headers: string[];
  /** The same as it goes over the wire. */
  head: string;
  /** A character for each byte, to be sent with the head. Absent for a blob too large to be kept. */
  body?: string;
  /** Where the store keeps a blob. */
  storageKey?: string;
  /** What is counted as pulled. */
  pull?: { repositoryId: number; artifactId: number; tagId: number | null };
  /** What lets a caller have the body; undefined: pulling is enough. */
  passedBy?: readonly TrustPass[];
  /** In milliseconds since the epoch: from then on it is to be decided anew. */
  until?: number;
}

/** A manifest, and who may pull it. */
export interface DecidedManifest {
  manifest: StoredManifest;
  decision: PullDecision;
}

export interface AskedManifest {
  projectId: number;
  repository: string;
  reference: string;
}

interface BlobToKeep {
  /** Taken before the answer was read from the database. */
  ticket: Ticket;
  repository: string;
  blob: RepositoryBlobRow;
  headers: string[];
  body: Buffer | undefined;
  storageKey: string;
}

/** Image configs and the like; larger ones are sent from the store. */
export const maxBodyBytes = 64 * 1024;
const overheadBytes = 1_000;
const maxUrlLength = 512;
const version = ['Docker-Distribution-Api-Version', 'registry/2.0'];

/** What was answered before, by the URL as the client wrote it. */
@Injectable()
export class HotAnswers {
  private readonly answers: CoherentCache<HotAnswer>;
  private readonly reads: SingleFlight<DecidedManifest>;
  /** As the client wrote it: the framework rewrites the URL, and what it keeps of it. */
  private readonly urls = new WeakMap<IncomingMessage, string>();

  constructor(
    private readonly lease: LeaseHolder,
    @Inject(CONFIG) config: { HOT_CACHE_BYTES: number },
  ) {
    this.reads = new SingleFlight(lease);
    this.answers = new CoherentCache<HotAnswer>(lease, {
      maxBytes: config.HOT_CACHE_BYTES,
      sizeOf: ({ body }, url) => overheadBytes + url.length + (body?.length ?? 0),
    });
  }

  /** What was kept for the request's URL; what is answered to it now may be kept under it. */
  find(request: IncomingMessage): HotAnswer | undefined {
    const { url = '' } = request;
    const answer = this.current(url);
    if (!answer && url.length <= maxUrlLength && !url.includes('?')) this.urls.set(request, url);
    return answer;
  }

  private current(url: string): HotAnswer | undefined {
    const answer = this.answers.get(url);
    return answer?.until === undefined || answer.until > Date.now() ? answer : undefined;
  }

  get cacheUsage(): CacheUsage {
    return this.answers.usage;
  }

  forget({ url = '' }: IncomingMessage): void {
    this.answers.delete(url);
  }

  /** To be taken before a blob is read from the database. */
  ticket(repository: string): Ticket {
    return this.lease.ticket(repositoryScope(repository));
  }

  /** Once for all who ask at the same time, and kept for those who come later. */
  readManifest(
    request: FastifyRequest,
    { projectId, repository, reference }: AskedManifest,
    read: () => Promise<DecidedManifest>,
  ): Promise<DecidedManifest> {
    const ticket = this.lease.ticket(
      repositoryScope(repository),
      referenceScope(repository, reference),
      signingScope(repository),
      `project:${projectId}`,
    );
    return this.reads.run(`${repository} ${reference}`, ticket, async () => {
      const decided = await read();
      const { manifest, decision } = decided;
      const { artifactId, digest, mediaType, repositoryId, tagId, payload: body } = manifest;
      const headers = ['Content-Type', mediaType, 'Content-Length', String(body.length), ...digestHeaders(digest)];
      const pull = { repositoryId, artifactId, tagId };
      this.keep(request, ticket, {
        kind: 'manifest',
        repository,
        digest,
        headers,
        head: headOf(headers),
        body: body.toString('latin1'),
        pull,
        ...(decision.barrier && { passedBy: decision.barrier.passedBy }),
        ...(decision.until !== undefined && { until: decision.until }),
      });
      return decided;
    });
  }

  keepBlob(request: FastifyRequest, { ticket, repository, blob, headers, body, storageKey }: BlobToKeep): void {
    const all = [...headers, 'Content-Length', String(blob.size), ...digestHeaders(blob.digest)];
    this.keep(request, ticket, {
      kind: 'blob',
      repository,
      digest: blob.digest,
      headers: all,
      head: headOf(all),
      body: body?.toString('latin1'),
      storageKey,
    });
  }

  private keep(request: FastifyRequest, ticket: Ticket, answer: HotAnswer): void {
    const url = this.urls.get(request.raw);
    if (url !== undefined) this.answers.set(url, answer, ticket);
  }
}

function digestHeaders(digest: string): string[] {
  return ['Docker-Content-Digest', digest, 'ETag', `"${digest}"`, ...version];
}
