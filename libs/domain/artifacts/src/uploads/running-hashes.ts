import type { DigestAlgorithm } from '@breakwater/kernel';
import { createHash, type Hash } from 'node:crypto';

interface RunningHash {
  hash: Hash;
  /** Bytes hashed so far. */
  bytes: number;
}

/**
 * Hash states of unfinished uploads, in this process: Node cannot save one, so the next chunk goes on from here when
 * it lands on the same process, and the upload is read again at the end when it does not (§4.1 of the measurements
 * behind ADR 0002). Bounded: the oldest is forgotten first.
 */
export class RunningHashes {
  private readonly states = new Map<string, RunningHash>();

  constructor(private readonly limit = 10_000) {}

  /** Takes the state out, if it stands at exactly `bytes`; a new one for an upload that has nothing yet. */
  take(id: string, algorithm: DigestAlgorithm, bytes: number): Hash | undefined {
    if (bytes === 0) {
      this.states.delete(id);
      return createHash(algorithm);
    }
    const state = this.states.get(id);
    this.states.delete(id);
    return state?.bytes === bytes ? state.hash : undefined;
  }

  put(id: string, hash: Hash, bytes: number): void {
    this.states.set(id, { hash, bytes });
    if (this.states.size <= this.limit) return;
    const oldest = this.states.keys().next();
    if (!oldest.done) this.states.delete(oldest.value);
  }

  forget(id: string): void {
    this.states.delete(id);
  }
}
