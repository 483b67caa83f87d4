import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { depConstraints } from './tools/boundaries.mjs';

const specs = [
  '**/*.spec.ts',
  '**/*.suite.ts',
  'apps/*/src/testing/**/*.ts',
  'apps/e2e/**/*.ts',
  'libs/testing/**/*.ts',
];
const configFiles = ['*.config.{js,cjs,mjs}', '.*.{cjs,mjs}'];

const boundaries = (options) => ['error', { allow: [], depConstraints: depConstraints(options), ...options?.rule }];

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Use a named export: one name everywhere.' };
const fewParameters = [
  [':matches(FunctionDeclaration, ArrowFunctionExpression)[params.length>4]', 4],
  [':not(MethodDefinition) > FunctionExpression[params.length>4]', 4],
  ['MethodDefinition[kind!="constructor"] > FunctionExpression[params.length>4]', 4],
  // Nest injects through constructors: up to six dependencies.
  ['MethodDefinition[kind="constructor"] > FunctionExpression[params.length>6]', 6],
].map(([selector, limit]) => ({ selector, message: `At most ${limit} parameters.` }));
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Read configuration through the schemas in libs/platform/src/config.',
};

/** Sizes and shapes; a waiver needs an ADR. */
const limits = {
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', 50],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
};

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', 'data', 'tmp', '.nx', 'coverage', 'tools/workspace/files'] },
  eslint.configs.recommended,
  { rules: { ...limits, 'no-restricted-syntax': ['error', noDefaultExport, ...fewParameters], eqeqeq: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: {
        project: './tsconfig.json',
        tsconfigRootDir: import.meta.dirname,
        emitDecoratorMetadata: true,
        experimentalDecorators: true,
      },
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Files with decorators are left alone: a decorated constructor's parameter types must stay values.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // The few rules that need types and find real faults; the rest of recommendedTypeChecked finds mostly `any` from packages.
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', noDefaultExport, ...fewParameters, noEnvironment],
      'no-console': 'error',
    },
  },
  {
    // Tracing decides before anything else is loaded, the schemas included.
    files: ['libs/platform/src/config/**/*.ts', 'libs/tracing/src/start-tracing.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, ...fewParameters] },
  },
  {
    files: specs,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({
        tests: true,
        // Specs of a library use @breakwater/testing, which in turn imports the libraries.
        rule: {
          ignoredCircularDependencies: [
            ['testing', '*'],
            ['*', 'testing'],
          ],
        },
      }),
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', 500],
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', noDefaultExport, ...fewParameters],
    },
  },
  {
    // SQL as it was written; nobody reads it as code.
    files: ['apps/migrator/src/migrations/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: nodeGlobals() },
  },
  {
    files: configFiles,
    rules: { 'no-restricted-syntax': 'off' },
  },
  prettier,
);

function nodeGlobals() {
  const names = ['process', 'console', 'Buffer', 'URL', 'URLSearchParams', 'fetch', 'setTimeout', 'clearTimeout'];
  names.push('setInterval', 'clearInterval', 'setImmediate', 'AbortController', 'AbortSignal', 'performance');
  names.push('require', 'module', '__dirname', 'TextEncoder', 'TextDecoder', 'Response', 'Request', 'Headers');
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
