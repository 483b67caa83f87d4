const { formatFiles, generateFiles, names } = require('@nx/devkit');
const { join } = require('node:path');
const { edit } = require('./edits');

/** `nx g @breakwater/workspace:adr "Keep sessions in Redis"` */
module.exports = async function adr(tree, { title }) {
  const taken = tree.children('docs/adr').map((file) => Number(/^(\d{4})-/.exec(file)?.[1] ?? 0));
  const number = String(Math.max(0, ...taken) + 1).padStart(4, '0');
  const fileName = names(title.replace(/[^A-Za-z0-9]+/g, ' ').trim()).fileName;
  const date = new Date().toISOString().slice(0, 10);
  generateFiles(tree, join(__dirname, '../files/adr'), 'docs/adr', { number, fileName, title, date });
  edit(tree, 'docs/adr/README.md', /\s*$/, `\n- [${number} ${title}](${number}-${fileName}.md)\n`);
  await formatFiles(tree);
};
