#!/usr/bin/env node
// package-lock.json must know the packages of every platform. npm leaves out those that it could not fetch when the
// file was made, and then `npm ci` refuses the file ("Missing: … from lock file"). `--write` adds them, from the exact
// versions that their parents ask for; npm reads the rest on the platform that needs them.
import { readFileSync, writeFileSync } from 'node:fs';

const path = 'package-lock.json';
const systems = {
  darwin: 'darwin',
  win32: 'win32',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
};
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64'];

const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = Object.entries(lock.packages).flatMap(([parent, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !lock.packages[`${parent}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`])
    .map(([name, version]) => ({ name, version, parent: entry })),
);

if (missing.length > 0 && process.argv.includes('--write')) {
  for (const { name, ...rest } of missing) lock.packages[`node_modules/${name}`] = platformEntry(name, rest);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${missing.length} packages to ${path}`);
} else if (missing.length > 0) {
  console.error(`${path} lacks ${missing.map(({ name }) => name).join(', ')}`);
  console.error('npm ci would refuse it. Complete it with: node tools/checks/lock-file.mjs --write');
  process.exitCode = 1;
}

/** What npm needs to leave the package out elsewhere: an exact version, and the platform, which the name tells. */
function platformEntry(name, { version, parent }) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => systems[word]).find(Boolean);
  const cpu = words.find((word) => processors.includes(word));
  if (!os || !cpu || !/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}@${version}: add it by hand`);
  const dev = parent.dev ? { dev: true } : {};
  return { version, cpu: [cpu], ...dev, license: parent.license, optional: true, os: [os] };
}
