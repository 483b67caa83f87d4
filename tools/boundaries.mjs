/**
 * Who may import whom. The only place that says so: ESLint (through nx), dependency-cruiser and the
 * generators read it. Explained in ARCHITECTURE.md.
 */

/** Nx tag `type:<layer>` → the layers it may import. `testing` is for spec files only and may see everything. */
export const layers = {
  kernel: [],
  contract: ['kernel'],
  adapter: ['kernel', 'contract'],
  /** Verification of signatures: rules without I/O, as the kernel's, with packages that only they need. */
  trust: ['kernel'],
  platform: ['kernel', 'contract'],
  domain: ['kernel', 'contract', 'platform', 'adapter', 'trust', 'domain'],
  app: ['kernel', 'contract', 'platform', 'adapter', 'trust', 'domain'],
  e2e: ['kernel', 'contract', 'testing'],
  testing: ['kernel', 'contract', 'platform', 'adapter', 'trust', 'domain', 'app'],
  tool: [],
};

/** Domain library → the other domain libraries it may import. There must be no cycle in it. */
export const domains = {
  access: [],
  signer: [],
  trust: ['coherence', 'events'],
  coherence: [],
  settings: ['coherence'],
  executions: [],
  events: ['executions'],
  audit: ['access', 'events', 'executions', 'projects', 'settings'],
  quotas: ['events', 'settings'],
  identity: ['access', 'coherence', 'settings'],
  projects: ['access', 'coherence', 'identity', 'settings', 'events', 'quotas'],
  tokens: ['coherence', 'identity', 'projects', 'access', 'settings'],
  artifacts: [
    'coherence',
    'projects',
    'quotas',
    'events',
    'access',
    'immutability',
    'settings',
    'executions',
    'signed-tags',
    'trust',
  ],
  gc: ['artifacts', 'coherence', 'executions', 'retention', 'settings', 'projects'],
  immutability: ['coherence', 'projects'],
  'trust-policies': ['coherence', 'events', 'projects'],
  'signed-tags': ['trust-policies'],
  signatures: ['artifacts', 'coherence', 'events', 'executions', 'projects', 'trust-policies'],
  'trust-gate': ['access', 'artifacts', 'coherence', 'signatures', 'trust-policies'],
  retention: ['artifacts', 'events', 'executions', 'immutability', 'projects', 'signed-tags'],
  webhooks: ['events', 'executions', 'settings', 'projects'],
  scanners: ['settings', 'projects'],
  import: ['access', 'artifacts', 'executions', 'projects'],
};

/** Packages that rules without a framework (kernel) and wire shapes (contracts) must not see. */
export const frameworks = [
  '@nestjs/*',
  '@nestjs-cls/*',
  'nestjs-*',
  'typeorm',
  'pg',
  'bullmq',
  'ioredis',
  'fastify',
  '@fastify/*',
];

/** Layers that hold no framework. */
export const frameworkFree = ['kernel', 'contract', 'trust'];

const typeTag = (layer) => `type:${layer}`;

/** The same rules as `depConstraints` of @nx/enforce-module-boundaries. */
export function depConstraints({ tests = false } = {}) {
  const extra = tests ? ['testing'] : [];
  const byLayer = Object.entries(layers).map(([layer, allowed]) => ({
    sourceTag: typeTag(layer),
    onlyDependOnLibsWithTags: [...allowed, ...extra].map(typeTag),
    ...(frameworkFree.includes(layer) ? { bannedExternalImports: frameworks } : {}),
  }));
  const below = [...layers.domain.filter((layer) => layer !== 'domain'), ...extra].map(typeTag);
  const byDomain = Object.entries(domains).map(([domain, allowed]) => ({
    sourceTag: `scope:${domain}`,
    onlyDependOnLibsWithTags: [...below, ...allowed.map((name) => `scope:${name}`)],
  }));
  return [...byLayer, ...byDomain];
}
