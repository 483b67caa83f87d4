import type { SigningFacts } from '../status/signing-facts';
import { testPolicy } from '../testing/test-policy.suite';
import { lostStatus, outcomeOf } from './replacement';
import type { WatchedMove } from './signed-tag-moves.repository';

const now = new Date('2026-11-23T12:00:00Z');
const moment = { policy: { ...testPolicy, version: 1, verdictVersion: 1 }, now };
const [oldDigest, newDigest] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];

type State = 'signed' | 'stale' | 'unsigned' | 'gone';

function facts(digest: string, state: State): SigningFacts | null {
  const verdict = {
    of: digest,
    system: 'cosign' as const,
    status: 'valid' as const,
    trustedBy: ['release'],
    due: false,
  };
  const signature = { ...verdict, recheckTime: null, policyVersion: state === 'signed' ? 1 : 0 };
  if (state === 'gone') return null;
  return { digest, parents: [], notary: [], signatures: state === 'unsigned' ? [] : [signature] };
}

const move = (before: State, after: State, more: Partial<WatchedMove> = {}): WatchedMove => ({
  ...{ moveId: 1, projectId: 1, repositoryId: 1, repository: 'team/app', tag: 'v1', oldDigest, newDigest },
  ...{ actor: 'mallory', address: '192.0.2.7', userAgent: 'docker', time: new Date(now.getTime() - 60_000) },
  oldFacts: facts(oldDigest, before),
  newFacts: facts(newDigest, after),
  announcedStatus: null,
  oldStatus: 'signed',
  ...more,
});

describe('what a tag lost when it moved', () => {
  it.each<[State, Partial<WatchedMove>, string | undefined]>([
    ['signed', {}, 'signed'],
    ['stale', {}, 'stale'],
    ['unsigned', {}, undefined],
    ['unsigned', { announcedStatus: 'signed' }, undefined],
    ['gone', {}, undefined],
    ['gone', { announcedStatus: 'signed' }, 'signed'],
    ['gone', { announcedStatus: 'invalid' }, undefined],
  ])('%s %j: %s', (before, more, expected) => {
    expect(lostStatus(move(before, 'unsigned', more), moment)).toBe(expected);
  });
});

describe('what became of it', () => {
  const long = { time: new Date(now.getTime() - 3_700_000) };

  it.each<[string, [State, State], Partial<WatchedMove>, string]>([
    ['nobody signed', ['signed', 'unsigned'], {}, 'replaced'],
    ['somebody signed', ['signed', 'signed'], {}, 'signed'],
    ['what came is gone again', ['signed', 'gone'], {}, 'replaced'],
    ['what was signed has lost its signature since', ['unsigned', 'unsigned'], {}, 'replaced'],
    ['what was signed is gone', ['gone', 'unsigned'], {}, 'replaced'],
    ['what came is being verified', ['signed', 'stale'], {}, 'wait'],
    ['what came is being verified for an hour', ['signed', 'stale'], long, 'replaced'],
    ['what was is being verified', ['stale', 'unsigned'], { oldStatus: 'stale' }, 'wait'],
    ['what was turned out to be signed', ['signed', 'unsigned'], { oldStatus: 'stale' }, 'replaced'],
    ['what was turned out not to be signed', ['unsigned', 'unsigned'], { oldStatus: 'stale' }, 'signed'],
    ['nobody ever knew', ['stale', 'unsigned'], { oldStatus: 'stale', ...long }, 'signed'],
  ])('%s', (_what, [before, after], more, expected) => {
    expect(outcomeOf(move(before, after, more), moment)).toBe(expected);
  });

  it('is as Notary says of the tag: docker signs after pushing', () => {
    const target = { gun: 'team/app', rootKeyIds: [], role: 'targets', tag: 'v1', keyIds: [] };
    const named = (sha256: string) => [{ ...target, sha256, expiryTime: '2027-01-01T00:00:00Z' }];
    const after = (sha256: string): WatchedMove => {
      const notary = named(sha256);
      return move('unsigned', 'unsigned', {
        oldFacts: { digest: oldDigest, parents: [], signatures: [], notary },
        newFacts: { digest: newDigest, parents: [], signatures: [], notary },
      });
    };
    expect(outcomeOf(after('a'.repeat(64)), moment)).toBe('replaced');
    expect(outcomeOf(after('b'.repeat(64)), moment)).toBe('signed');
  });
});
