const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { edit } = require('./edits');

const folder = 'apps/jobservice/src/jobs';
const declarations = 'libs/contracts/src/jobs.ts';
const module_ = 'apps/jobservice/src/jobservice.module.ts';

/** `nx g @breakwater/workspace:job blob-scrub` */
module.exports = async function job(tree, { name }) {
  if (tree.exists(`${folder}/${name}.job.ts`)) throw new Error(`${folder}/${name}.job.ts exists already`);
  const { className, constantName } = names(name);
  generateFiles(tree, join(__dirname, '../files/job'), folder, { fileName: name, className, constantName });

  edit(tree, declarations, /(\n)(\} as const satisfies)/, `$1  ${constantName}: job(z.object({})),\n$2`);
  edit(tree, module_, /((?:import .*\n)+)/, `$1import { ${className}Job } from './jobs/${name}.job';\n`);
  edit(tree, module_, /(const jobHandlers: Provider\[\] = \[)([^\]]*\])/, `$1${className}Job, $2`);
  await formatFiles(tree);
};
