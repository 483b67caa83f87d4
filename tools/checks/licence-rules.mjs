/** Licences that ask for no more than attribution. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);
const copyleft = /^(A|L)?GPL|^SSPL|^EUPL|^CC-BY-(NC|SA)/;

/** Why an SPDX expression may not be in runtime dependencies, or undefined when it may. `OR` lets us choose. */
export function licenceProblem(expression) {
  if (!expression) return 'states no licence';
  const alternatives = expression.replace(/[()]/g, ' ').split(/\sOR\s/);
  // A bracketed OR inside an AND would be misread by the split; no runtime dependency has one, refuse if one comes.
  if (alternatives.length > 1 && /\sAND\s/.test(expression)) return `has an expression to read by hand: ${expression}`;
  const problems = alternatives.map(conjunctionProblem);
  return problems.includes(undefined) ? undefined : problems.join('; ');
}

function conjunctionProblem(conjunction) {
  for (const part of conjunction.split(/\sAND\s/)) {
    const licence = part.trim().replace(/\sWITH\s.*$/, '');
    if (copyleft.test(licence)) return `is copyleft: ${licence}`;
    if (!allowed.has(licence)) return `is under a licence that nobody has accepted yet: ${licence}`;
  }
  return undefined;
}
