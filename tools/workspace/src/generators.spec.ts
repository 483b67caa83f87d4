import { resolve } from 'node:path';
import { FsTree, type FileChange, type Tree } from 'nx/src/generators/tree';
import adr from './adr.generator.js';
import job from './job.generator.js';
import loop from './loop.generator.js';
import library from './library.generator.js';
import migration from './migration.generator.js';
import resource from './resource.generator.js';

// Prettier loads itself as an ES module, which jest cannot do on Node 20.
jest.mock('@nx/devkit', () => ({ ...jest.requireActual('@nx/devkit'), formatFiles: async () => undefined }));

/** The generators edit files that people change: run on the real tree, of which nothing is written. */
let tree: Tree;

beforeEach(() => {
  tree = new FsTree(resolve(__dirname, '../../..'), false);
});

const created = () => paths('CREATE');
const updated = () => paths('UPDATE');
const paths = (type: FileChange['type']) =>
  tree
    .listChanges()
    .filter((change) => change.type === type)
    .map(({ path }) => path)
    .sort();

it('makes a library and enters it wherever libraries are listed', async () => {
  await library(tree, { name: 'tea-leaves', entity: 'tea-leaf', imports: 'access' });

  expect(created()).toContain('libs/domain/tea-leaves/src/tea-leaf.entity.ts');
  expect(updated()).toEqual(['.swcrc', 'apps/migrator/src/entities.ts', 'tools/boundaries.mjs', 'tsconfig.base.json']);
  expect(tree.read('tools/boundaries.mjs', 'utf8')).toContain("'tea-leaves': ['access']");
  const paths = (file: string) => JSON.parse(tree.read(file, 'utf8') ?? '');
  const target = ['./libs/domain/tea-leaves/src/index.ts'];
  expect(paths('tsconfig.base.json').compilerOptions.paths['@breakwater/tea-leaves']).toEqual(target);
  expect(paths('.swcrc').jsc.paths['@breakwater/tea-leaves']).toEqual(target);
});

it('refuses a library that exists, and imports of one that does not', async () => {
  await expect(library(tree, { name: 'projects' })).rejects.toThrow('exists already');
  await expect(library(tree, { name: 'tea-leaves', imports: 'nowhere' })).rejects.toThrow('no such domain library');
});

it('makes a resource of core', async () => {
  await resource(tree, { name: 'tea-leaves', library: 'projects', entity: 'tea-leaf' });

  expect(created()).toEqual([
    'apps/core/src/tea-leaves/tea-leaf.dto.ts',
    'apps/core/src/tea-leaves/tea-leaves-api.module.ts',
    'apps/core/src/tea-leaves/tea-leaves.controller.spec.ts',
    'apps/core/src/tea-leaves/tea-leaves.controller.ts',
  ]);
  expect(tree.read('apps/core/src/core.module.ts', 'utf8')).toMatch(/const resources = \[[^\]]*\bTeaLeavesApiModule\b/);
});

it('makes a job', async () => {
  await job(tree, { name: 'tea-time' });

  expect(created()).toEqual([
    'apps/jobservice/src/jobs/tea-time.job.spec.ts',
    'apps/jobservice/src/jobs/tea-time.job.ts',
  ]);
  expect(tree.read('libs/contracts/src/jobs.ts', 'utf8')).toMatch(
    / {2}TEA_TIME: job\(z\.object\(\{\}\)\),\n\} as const/,
  );
  expect(tree.read('apps/jobservice/src/jobs/tea-time.job.ts', 'utf8')).toContain("@HandlesJob('TEA_TIME')");
  expect(tree.read('apps/jobservice/src/jobservice.module.ts', 'utf8')).toMatch(/jobHandlers.*= \[TeaTimeJob\b/);
});

it('makes a loop of jobservice', async () => {
  await loop(tree, { name: 'tea-time', every: 300 });

  expect(tree.read('apps/jobservice/src/jobservice.module.ts', 'utf8')).toMatch(/providers: \[TeaTime\b/);
  expect(tree.read('apps/jobservice/src/maintenance/maintenance.service.ts', 'utf8')).toContain(
    "this.loop('tea-time', 300 * seconds, () => teaTime.run()),",
  );
});

it('puts a migration above the last, whatever the clock says', async () => {
  jest.useFakeTimers({ now: 0 });
  await migration(tree, { name: 'add-tea' });
  await migration(tree, { name: 'add-milk' });
  jest.useRealTimers();

  const list = tree.read('apps/migrator/src/migrations/index.ts', 'utf8') ?? '';
  const [, names = ''] = /export const migrations = \[([^\]]*)\]/.exec(list) ?? [];
  const timestamps = names.split(',').map((name) => Number(name.trim().slice(-13)));
  expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
  expect(names).toMatch(/AddTea\d{13}, AddMilk\d{13}\s*$/);
  expect(tree.read('libs/platform/src/database/schema-version.ts', 'utf8')).toContain(`${timestamps.at(-1)}`);
});

it('numbers a decision and lists it', async () => {
  await adr(tree, { title: 'Tea, not coffee' });

  const [path = ''] = created();
  expect(path).toMatch(/^docs\/adr\/\d{4}-tea-not-coffee\.md$/);
  expect(tree.read('docs/adr/README.md', 'utf8')).toContain(`](${path.replace('docs/adr/', '')})`);
});
