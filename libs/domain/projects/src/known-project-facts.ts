import type { Principal, ProjectFacts } from '@breakwater/access';
import { CoherentCache, LeaseHolder } from '@breakwater/coherence';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { memberId, ProjectFactsRepository } from './project-facts.repository';

const maxBytes = 16 * 1024 * 1024;
const entryBytes = 400;
const maxNames = 50_000;

/**
 * Project facts kept while they are true (decision 13), for the token service, which clients ask before every pull,
 * and for every request of the management API that is about a project.
 * Whatever changes them announces `project:<id>`, or `user:<id>` when somebody comes into groups or leaves them.
 */
@Injectable()
export class KnownProjectFacts {
  private readonly known: CoherentCache<ProjectFacts>;
  /** What a name meant last. A project that took the name over has another id, and nothing is known of it. */
  private readonly ids = new LRUCache<string, number>({ max: maxNames });

  constructor(
    private readonly lease: LeaseHolder,
    private readonly facts: ProjectFactsRepository,
  ) {
    this.known = new CoherentCache(lease, { maxBytes, sizeOf: () => entryBytes });
  }

  /** Without asking anybody; undefined when that is not possible. */
  recall(name: string, principal: Principal): ProjectFacts | undefined {
    const id = this.ids.get(name);
    return id === undefined ? undefined : this.known.get(keyOf(id, principal));
  }

  /** Undefined when there is no such project. */
  async find(name: string, principal: Principal): Promise<ProjectFacts | undefined> {
    const recalled = this.recall(name, principal);
    if (recalled) return recalled;
    const id = this.ids.get(name);
    // What the answer hangs on must be known before the question: the first one only learns the id.
    const ticket = id === undefined ? undefined : this.lease.ticket(`project:${id}`, `user:${memberId(principal)}`);
    const facts = await this.facts.byName(name, principal);
    if (facts && ticket && facts.id === id) this.known.set(keyOf(facts.id, principal), facts, ticket);
    else if (facts) this.ids.set(name, facts.id);
    return facts;
  }

  /** Undefined when there is no such project. */
  async findById(id: number, principal: Principal): Promise<ProjectFacts | undefined> {
    const recalled = this.known.get(keyOf(id, principal));
    if (recalled) return recalled;
    const ticket = this.lease.ticket(`project:${id}`, `user:${memberId(principal)}`);
    const facts = await this.facts.byId(id, principal);
    if (facts) this.known.set(keyOf(id, principal), facts, ticket);
    return facts;
  }
}

const keyOf = (id: number, principal: Principal): string => `${id}:${memberId(principal)}`;
