const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { edit } = require('./edits');

const folder = 'apps/migrator/src/migrations';
const versionFile = 'libs/platform/src/database/schema-version.ts';

/** `nx g @breakwater/workspace:migration add-retention-rules` */
module.exports = async function migration(tree, { name }) {
  const timestamp = nextTimestamp(tree);
  const { className } = names(name);
  generateFiles(tree, join(__dirname, '../files/migration'), folder, { fileName: name, className, timestamp });

  const index = `${folder}/index.ts`;
  edit(tree, index, /((?:import .*\n)+)/, `$1import { ${className}${timestamp} } from './${timestamp}-${name}';\n`);
  edit(tree, index, /(export const migrations = \[[^\]]*?),?(\s*\];)/, `$1, ${className}${timestamp}$2`);
  edit(tree, versionFile, /(export const schemaVersion = )\d+/, `$1${timestamp}`);
  await formatFiles(tree);
};

/** Milliseconds of now, or one more than the newest there is: the order of the list must be the order of the numbers. */
function nextTimestamp(tree) {
  const taken = tree.children(folder).map((file) => Number(/^(\d{13})-/.exec(file)?.[1] ?? 0));
  return Math.max(Date.now(), ...taken.map((timestamp) => timestamp + 1));
}
