export interface ShownRule {
  id: number;
  disabled: boolean;
}

const repositories = { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] };

/** Of all repositories of the project. */
export function immutableRule(tags: string) {
  return {
    action: 'immutable',
    template: 'immutable_template',
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: tags }],
    scope_selectors: repositories,
  };
}

/** The newest `count` of the tags stay. */
export function keepNewest(count: number, tags = '**') {
  return {
    action: 'retain',
    template: 'latestPushedK',
    params: { latestPushedK: count },
    tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: tags }],
    scope_selectors: repositories,
  };
}
