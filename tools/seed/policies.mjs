// Retention policies, immutable rules and webhook policies of the seeded projects, one of each per project. Pure.
import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;
const EVENT_TYPES = ['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'TAG_RETENTION'];
/** Every third project's policy runs by itself: in the night to Monday, UTC. */
const WEEKLY = '0 0 0 * * 1';
const MONDAY = 1;

const selectors = (decoration, pattern) => [{ kind: 'doublestar', decoration, pattern, extras: '' }];

const rule = (action, template, { params = {}, tags }) => ({
  id: 0,
  priority: 0,
  disabled: false,
  action,
  template,
  params,
  tag_selectors: selectors('matches', tags),
  scope_selectors: { repository: selectors('repoMatches', '**') },
});

/** What is deleted waits for a person: a scheduled run only says what it would delete. */
export function* retentionPolicyRows({ projects }, firstId) {
  for (const { id, index } of projects) {
    const rules = [
      rule('retain', 'latestPushedK', { params: { latestPushedK: 10 + (index % 5) * 10 }, tags: 'v*' }),
      rule('retain', 'nDaysSinceLastPush', { params: { nDaysSinceLastPush: 30 }, tags: 'build-*' }),
      rule('retain', 'always', { tags: 'latest' }),
    ];
    yield [firstId + index, id, rules, 'tag', true, 0];
  }
}

/** Clients find a project's policy by its metadata. @param {{ projects: { id: number, index: number }[] }} platform */
export function* retentionIdRows({ projects }, firstId) {
  for (const { id, index } of projects) yield [id, 'retention_id', String(firstId + index)];
}

/** @param {{ projects: { index: number }[] }} platform @param {number} firstPolicy its id @param {Date} now */
export function* scheduleRows(platform, firstPolicy, now) {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const days = (MONDAY + 7 - now.getUTCDay()) % 7 || 7;
  for (const { index } of platform.projects.filter((project) => project.index % 3 === 0))
    yield ['RETENTION', firstPolicy + index, 'Custom', WEEKLY, {}, new Date(midnight + days * DAY_MS)];
}

/** No seeded tag has such a name, so that seeded tags can be moved and deleted. */
export function* immutableRuleRows({ projects }, firstId) {
  for (const { id, index } of projects) {
    const immutable = rule('immutable', 'immutable_template', { tags: 'release-*' });
    // As libs/domain/immutability does it.
    const picked = [immutable.tag_selectors, immutable.scope_selectors.repository].map((list) =>
      list.map(({ decoration, pattern }) => [decoration, pattern]),
    );
    yield [firstId + index, id, immutable, createHash('sha256').update(JSON.stringify(picked)).digest('hex')];
  }
}

/** An address that is nobody's (RFC 2606). */
export const hookAddress = ({ name }) => `https://ci.example.invalid/hooks/${name}`;
export const targetId = ({ index }) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** Switched off, so that pushes into seeded projects send nothing anywhere. */
export function* webhookPolicyRows({ projects }, firstId, creatorOf) {
  for (const project of projects) {
    const target = {
      id: targetId(project),
      type: 'http',
      address: hookAddress(project),
      skipCertVerify: false,
      payloadFormat: 'Default',
      template: '',
      sealedAuthHeader: '',
      sealedSecret: '',
    };
    const events = `{${EVENT_TYPES.join(',')}}`;
    yield [
      firstId + project.index,
      project.id,
      'ci',
      'Tells the build server',
      [target],
      events,
      creatorOf(project),
      false,
    ];
  }
}
