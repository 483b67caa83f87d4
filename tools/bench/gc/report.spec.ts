import { replaceGcSection } from './report.mjs';

describe('the section on garbage collection', () => {
  const section = (text: string) =>
    `<!-- npm run bench -- gc --write: begin -->\n\n${text}\n\n<!-- npm run bench -- gc --write: end -->`;

  it('goes in front of how to run it, then in its own place', () => {
    const first = replaceGcSection('# Figures\n\nall\n\n## Run it\n', section('one $&'));
    expect(first).toBe(`# Figures\n\nall\n\n${section('one $&')}\n\n## Run it\n`);
    expect(replaceGcSection(first, section('two'))).toBe(first.replace(section('one $&'), section('two')));
  });
});
