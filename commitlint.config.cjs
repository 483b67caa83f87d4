const { readdirSync } = require('node:fs');

const folders = (path) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** A commit names the application or library that it is about; these are the parts that are neither. */
const elsewhere = ['tools', 'docs', 'deploy', 'charts', 'ci', 'deps', 'release'];
const libraries = folders('libs').filter((name) => name !== 'domain');

module.exports = {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'scope-enum': [2, 'always', [...folders('apps'), ...libraries, ...folders('libs/domain'), ...elsewhere]],
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
  },
};
