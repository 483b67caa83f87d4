import { licenceProblem } from './licence-rules.mjs';

describe('licenceProblem', () => {
  it.each(['MIT', 'Apache-2.0', '(BSD-3-Clause OR GPL-2.0)', 'MIT AND ISC', 'Apache-2.0 WITH LLVM-exception'])(
    'lets %s pass',
    (expression) => {
      expect(licenceProblem(expression)).toBeUndefined();
    },
  );

  it.each(['GPL-3.0-only', 'LGPL-2.1', 'AGPL-3.0-or-later', 'SSPL-1.0', 'MIT AND GPL-2.0'])(
    'refuses %s',
    (expression) => {
      expect(licenceProblem(expression)).toMatch('is copyleft');
    },
  );

  it('refuses what nobody has judged, and what states nothing', () => {
    expect(licenceProblem('Artistic-2.0')).toMatch('nobody has accepted');
    expect(licenceProblem('(MIT OR ISC) AND (MIT OR GPL-2.0)')).toMatch('by hand');
    expect(licenceProblem(undefined)).toBe('states no licence');
  });
});
