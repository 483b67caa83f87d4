import { domains, frameworkFree, frameworks, layers } from './tools/boundaries.mjs';

/** Layer → where its code stands. `tool` is plain JavaScript outside this check. */
const folders = {
  kernel: '^libs/kernel/',
  contract: '^libs/(contracts|tuf)/',
  adapter: '^libs/(storage|pkcs11)/',
  platform: '^libs/(platform|tracing)/',
  trust: '^libs/(notation|cosign)/',
  domain: '^libs/domain/',
  app: '^apps/(?!e2e/)',
  e2e: '^apps/e2e/',
  testing: '^libs/testing/',
};
const testFiles = String.raw`\.(spec|suite)\.ts$|^apps/[^/]+/src/testing/`;
const tests = `${testFiles}|^apps/e2e/|^libs/testing/`;
const workspaceCode = '^(apps|libs)/';
const anyOf = (patterns) => patterns.join('|');

/** The layers again, by folder: ESLint sees tags, this sees files, so neither can be fooled alone. */
const layerRules = Object.entries(folders).map(([layer, folder]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: 'tools/boundaries.mjs does not let this layer import that one.',
  from: { path: folder, pathNot: testFiles },
  to: { path: workspaceCode, pathNot: anyOf([folder, ...layers[layer].map((allowed) => folders[allowed])]) },
}));

const domainRules = Object.entries(domains).map(([domain, allowed]) => ({
  name: `domain-${domain}`,
  severity: 'error',
  comment: 'tools/boundaries.mjs does not let this domain library import that one.',
  from: { path: `^libs/domain/${domain}/`, pathNot: testFiles },
  to: { path: '^libs/domain/', pathNot: `^libs/domain/(${[domain, ...allowed].join('|')})/` },
}));

const packagePattern = (name) => `node_modules/${name.replaceAll('.', String.raw`\.`).replaceAll('*', '[^/]+')}/`;

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two entities may name each other (Relation<T>); nothing else may go round.',
      from: {},
      to: { circular: true, via: { pathNot: String.raw`\.entity\.ts$` } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports this file and it starts nothing.',
      from: {
        orphan: true,
        pathNot: anyOf([tests, String.raw`/src/(main|index)\.ts$`, String.raw`\.d\.ts$`]),
      },
      to: {},
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: workspaceCode, pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-dev-packages-in-production',
      severity: 'error',
      from: { path: workspaceCode, pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-unlisted-packages',
      severity: 'error',
      comment: 'Installed only because another package wants it: list it in package.json.',
      from: { path: workspaceCode },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libraries-by-their-index',
      severity: 'error',
      comment: 'Import another library through its alias, or that of a further entry.',
      from: { path: '^libs/(domain/[^/]+|[^/]+)/' },
      to: {
        path: '^libs/',
        pathNot: anyOf(['^libs/$1/', String.raw`/src/index\.ts$`, String.raw`/src/[a-z]+/index\.ts$`]),
      },
    },
    {
      name: 'apps-use-the-index',
      severity: 'error',
      comment: 'A further entry for those who must not load a whole library is src/<part>/index.ts, with an alias.',
      from: { path: '^apps/' },
      to: { path: '^libs/', pathNot: [String.raw`/src/index\.ts$`, String.raw`/src/[a-z]+/index\.ts$`] },
    },
    {
      name: 'apps-are-apart',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'framework-free',
      severity: 'error',
      from: { path: anyOf(frameworkFree.map((layer) => folders[layer])) },
      to: { path: anyOf(frameworks.map(packagePattern)) },
    },
    ...layerRules,
    ...domainRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};
