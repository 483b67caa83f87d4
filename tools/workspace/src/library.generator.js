const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { addAlias, addDomain, edit, projectNames } = require('./edits');

/**
 * `nx g @breakwater/workspace:library retention --entity=retention-rule --imports=projects`
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, entity?: string, imports?: string }} options
 */
module.exports = async function library(tree, { name, entity, imports = '' }) {
  const folder = `libs/domain/${name}`;
  const mayImport = imports.split(',').filter(Boolean);
  const known = projectNames(tree, 'libs/domain');
  const unknown = mayImport.filter((other) => !known.includes(other));
  if (tree.exists(folder)) throw new Error(`${folder} exists already`);
  if (unknown.length > 0) throw new Error(`no such domain library: ${unknown.join(', ')}`);

  const own = names(name);
  const table = entity && names(entity);
  const variables = { ...own, title: own.className.replace(/(?!^)([A-Z])/g, (c) => ` ${c.toLowerCase()}`), table };
  generateFiles(tree, join(__dirname, '../files/library'), folder, variables);
  if (entity) {
    const columns = { ...variables, entity, tableName: entity.replaceAll('-', '_') };
    generateFiles(tree, join(__dirname, '../files/entity'), `${folder}/src`, columns);
    addToMigrator(tree, own);
  }
  addAlias(tree, name, folder);
  addDomain(tree, name, mayImport);
  await formatFiles(tree);
};

/** The migration check compares the schema with the entities of the libraries named there. */
function addToMigrator(tree, { propertyName, fileName }) {
  const path = 'apps/migrator/src/entities.ts';
  edit(
    tree,
    path,
    /(import \{ getMetadataArgsStorage \})/,
    `import * as ${propertyName} from '@breakwater/${fileName}';\n$1`,
  );
  edit(tree, path, /(const exported[^=]*= \[[^\]]*?),?(\s*\])/, `$1, ${propertyName}$2`);
}
