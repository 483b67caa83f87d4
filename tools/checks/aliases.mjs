#!/usr/bin/env node
// The workspace describes each library in four places; this check keeps them telling the same story:
// tsconfig.base.json (types), .swcrc (build, jest), project.json (tags) and tools/boundaries.mjs (who may import whom).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { domains, layers } from '../boundaries.mjs';

const problems = [];
const types = readJson('tsconfig.base.json').compilerOptions.paths;
const build = readJson('.swcrc').jsc.paths;

for (const alias of new Set([...Object.keys(types), ...Object.keys(build)])) {
  const [a, b] = [types[alias]?.[0], build[alias]?.[0]];
  if (a !== b) problems.push(`${alias}: tsconfig.base.json says ${a}, .swcrc says ${b}`);
}

const libraries = [...folders('libs').filter((path) => path !== 'libs/domain'), ...folders('libs/domain')];
for (const folder of libraries) checkLibrary(folder);
for (const alias of Object.keys(types)) {
  // A library may have a further entry, for those who must not load all of it: <library>/src/<part>/index.ts.
  const folder = types[alias][0].replace('./', '').replace(/\/src\/([a-z]+\/)?index\.ts$/, '');
  if (!libraries.includes(folder)) problems.push(`${alias} points to ${folder}, which is not a library`);
}
for (const [domain, allowed] of Object.entries(domains)) checkDomain(domain, allowed);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkLibrary(folder) {
  const name = folder.split('/').at(-1);
  const alias = `@breakwater/${name}`;
  if (!types[alias]) problems.push(`${folder} has no alias ${alias} in tsconfig.base.json and .swcrc`);
  if (!existsSync(`${folder}/project.json`)) {
    problems.push(`${folder} has no project.json`);
    return;
  }
  const { tags = [], name: projectName } = readJson(`${folder}/project.json`);
  if (projectName !== name) problems.push(`${folder}/project.json is named ${projectName}, not ${name}`);
  const layer = tags.find((tag) => tag.startsWith('type:'))?.slice('type:'.length);
  if (!layers[layer]) problems.push(`${folder}/project.json has no type: tag that tools/boundaries.mjs knows`);
  if (!tags.includes(`scope:${name}`)) problems.push(`${folder}/project.json lacks the tag scope:${name}`);
  if (layer === 'domain' && !domains[name]) problems.push(`${name} is missing from domains in tools/boundaries.mjs`);
}

function checkDomain(domain, allowed) {
  if (!existsSync(`libs/domain/${domain}`)) problems.push(`tools/boundaries.mjs names ${domain}: no such library`);
  for (const name of allowed) {
    if (!domains[name]) problems.push(`tools/boundaries.mjs: ${domain} may import ${name}, which does not exist`);
    if (reaches(name, domain)) problems.push(`tools/boundaries.mjs: ${domain} and ${name} may import each other`);
  }
}

function reaches(from, target, seen = new Set()) {
  if (from === target) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (domains[from] ?? []).some((next) => reaches(next, target, seen));
}

function folders(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${path}/${entry.name}`);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
