const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { edit, projectNames } = require('./edits');

const root = 'apps/core/src';

/** `nx g @breakwater/workspace:resource retention-rules --library=retention --entity=retention-rule` */
module.exports = async function resource(tree, { name, library, entity }) {
  const folder = `${root}/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  if (!projectNames(tree, 'libs/domain').includes(library)) throw new Error(`no such domain library: ${library}`);

  const own = names(name);
  const variables = { ...own, entity, one: names(entity), library: names(library), words: entity.replaceAll('-', ' ') };
  generateFiles(tree, join(__dirname, '../files/resource'), folder, variables);

  const appModule = `${root}/core.module.ts`;
  const added = `${own.className}ApiModule`;
  edit(tree, appModule, /((?:import [^;]*;\n)+)/, `$1import { ${added} } from './${name}/${name}-api.module';\n`);
  edit(tree, appModule, /(const resources = \[[^\]]*?),?(\s*\];)/, `$1, ${added}$2`);
  await formatFiles(tree);
};
