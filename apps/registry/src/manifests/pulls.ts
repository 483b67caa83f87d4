import { PullRecorder } from '@breakwater/artifacts';
import { isDigest } from '@breakwater/kernel';
import { FrontDoor } from '@breakwater/platform';
import { PullEvents } from '@breakwater/webhooks';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

/** A manifest that is handed out. */
export interface Pull {
  artifact: { repositoryId: number; artifactId: number; tagId: number | null };
  repository: string;
  digest: string;
  /** The end of the URL, as the client wrote it. */
  reference: string;
}

/** Counts pulls, and tells of them where somebody wants to hear of them. Costs no query, and never fails. */
@Injectable()
export class Pulls {
  constructor(
    private readonly counts: PullRecorder,
    private readonly events: PullEvents,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** `by`: the user's or robot's name; empty for anybody. */
  record({ artifact, repository, digest, reference }: Pull, request: IncomingMessage, by: string): void {
    this.counts.record(artifact);
    if (!this.events.wants(repository)) return;
    const tag = isDigest(reference) || reference.includes('%') ? undefined : reference;
    const userAgent = (request.headers['user-agent'] ?? '').slice(0, 255);
    const actor = { name: by || 'anonymous', address: this.frontDoor.clientAddress(request), userAgent };
    this.events.record({ repository, digest, actor, ...(tag !== undefined && { tag }) });
  }
}
