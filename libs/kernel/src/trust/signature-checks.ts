import { SignatureFault } from './signature-fault';
import { type SignatureCheck, type SignatureStatus } from './signature-verdict';

/** What a failure means: it decides, it is only noted, or the check is not made. */
export type CheckAction = 'enforce' | 'log' | 'skip';
export interface CheckFailure {
  reason: string;
  status: SignatureStatus;
}

/** Collects what the checks of one signature came to. The first enforced failure gives the status. */
export class SignatureChecks {
  readonly checks: SignatureCheck[] = [];
  status: SignatureStatus = 'valid';

  /** A SignatureFault fails the check; other errors are thrown on. Returns what the check returns, if it passed. */
  run<T>(name: string, action: CheckAction, status: SignatureStatus, check: () => T): T | undefined {
    try {
      const value = check();
      this.add(name, action, undefined);
      return value;
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      this.add(name, action, { reason: error.message, status });
      return undefined;
    }
  }

  add(name: string, action: CheckAction, failure: CheckFailure | undefined): void {
    if (action === 'skip') return this.skip(name, 'the trust policy skips it');
    if (failure === undefined) return void this.checks.push({ name, outcome: 'passed' });
    this.checks.push({ name, outcome: action === 'enforce' ? 'failed' : 'logged', reason: failure.reason });
    if (action === 'enforce' && this.status === 'valid') this.status = failure.status;
  }

  /** Not made, whatever was noted under the name before. */
  skip(name: string, reason: string): void {
    const others = this.checks.filter((check) => check.name !== name);
    this.checks.splice(0, this.checks.length, ...others, { name, outcome: 'skipped', reason });
  }

  /** Of the checks that decided, in their order. */
  get reasons(): string[] {
    return this.checks.flatMap(({ outcome, reason }) => (outcome === 'failed' && reason !== undefined ? [reason] : []));
  }
}
