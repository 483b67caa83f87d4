#!/usr/bin/env node
// `npm run lint [-- --fix | files]`: ESLint over everything in one process, which loads the types once.
// The boundary rule needs nx's project graph: without one it skips itself and says nothing, so the graph comes first.
import { spawnSync } from 'node:child_process';

const env = { ...process.env, NX_DAEMON: 'false' };
const run = (command, args, stdio) => spawnSync(`node_modules/.bin/${command}`, args, { env, stdio, encoding: 'utf8' });

const graph = run('nx', ['show', 'projects'], 'pipe');
if (graph.status !== 0) {
  console.error(`nx cannot read the workspace:\n${graph.stdout}${graph.stderr}`);
  process.exitCode = 1;
} else {
  const args = process.argv.slice(2);
  const files = args.some((arg) => !arg.startsWith('-')) ? [] : ['apps', 'libs', 'tools'];
  process.exitCode = run('eslint', [...args, ...files], 'inherit').status ?? 1;
}
