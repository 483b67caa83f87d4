const { readJson } = require('@nx/devkit');

/** Replaces text in a file and fails when there is nothing to replace: a generator must not half work. */
function edit(tree, path, pattern, replacement) {
  const before = tree.read(path, 'utf8');
  const after = before?.replace(pattern, replacement);
  if (after === undefined || after === before)
    throw new Error(`${path} is not as this generator expects it: ${pattern}`);
  tree.write(path, after);
}

/** Adds `@breakwater/<name>` to the two places that resolve it. */
function addAlias(tree, name, folder) {
  const alias = `@breakwater/${name}`;
  const entry = `      "${alias}": ["./${folder}/src/index.ts"]`;
  for (const path of ['tsconfig.base.json', '.swcrc']) {
    if (tree.read(path, 'utf8').includes(`"${alias}"`)) throw new Error(`${path} already has ${alias}`);
    edit(tree, path, /("paths": \{[^}]*?)(\n\s*\})/, `$1,\n${entry}$2`);
  }
}

/** Adds a domain library and what it may import to tools/boundaries.mjs. */
function addDomain(tree, name, imports) {
  const key = /^[a-z][a-z0-9]*$/.test(name) ? name : `'${name}'`;
  const list = imports.map((other) => `'${other}'`).join(', ');
  edit(tree, 'tools/boundaries.mjs', /(export const domains = \{[^}]*?)(\n\};)/, `$1\n  ${key}: [${list}],$2`);
}

function projectNames(tree, folder) {
  return tree
    .children(folder)
    .filter((child) => tree.exists(`${folder}/${child}/project.json`))
    .map((child) => readJson(tree, `${folder}/${child}/project.json`).name);
}

module.exports = { edit, addAlias, addDomain, projectNames };
