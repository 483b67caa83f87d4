const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { edit } = require('./edits');

const folder = 'apps/jobservice/src/maintenance';
const service = `${folder}/maintenance.service.ts`;
const module_ = 'apps/jobservice/src/jobservice.module.ts';

/** `nx g @breakwater/workspace:loop session-expiry --every=300` */
module.exports = async function loop(tree, { name, every = 60 }) {
  if (tree.exists(`${folder}/${name}.ts`)) throw new Error(`${folder}/${name}.ts exists already`);
  const { className, propertyName } = names(name);
  generateFiles(tree, join(__dirname, '../files/loop'), folder, { fileName: name, className, propertyName });

  const line = `this.loop('${name}', ${every} * seconds, () => ${propertyName}.run()),`;
  edit(tree, service, /((?:import .*\n)+)/, `$1import { ${className} } from './${name}';\n`);
  edit(tree, service, /(constructor\([\s\S]*?),?(\n {2}\) \{)/, `$1, ${propertyName}: ${className}$2`);
  edit(tree, service, /(this\.loops = \[[\s\S]*?)(\n\s*\];)/, `$1\n${line}$2`);
  edit(tree, module_, /((?:import .*\n)+)/, `$1import { ${className} } from './maintenance/${name}';\n`);
  edit(tree, module_, /(providers: \[)([^\]]*\])/, `$1${className}, $2`);
  await formatFiles(tree);
};
