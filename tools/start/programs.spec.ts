import { adviceFor } from './programs.mjs';

const only = (tool: string) => (name: string) => (name === tool ? `/usr/bin/${name}` : undefined);

describe('what to type when a program is missing', () => {
  it('is the line of this machine’s package manager', () => {
    expect(adviceFor(['redis-server', 'nginx'], { isRoot: false, has: only('apt-get') })).toContain(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server nginx',
    );
  });

  it.each([
    ['dnf', 'dnf install -y redis'],
    ['pacman', 'pacman -S --noconfirm redis'],
    ['apk', 'apk add redis'],
  ])('knows the names of %s', (tool, line) => {
    const advice = adviceFor(['redis-server'], { isRoot: true, has: only(tool) });
    expect(advice).toContain(`    ${line}\n`);
    expect(advice).not.toContain('sudo');
  });

  it('asks for no password with Homebrew', () => {
    expect(adviceFor(['nginx'], { isRoot: false, has: only('brew') })).toContain('    brew install nginx\n');
  });

  it('still says what is missing on an unknown system', () => {
    expect(adviceFor(['nginx'], { isRoot: false, has: () => undefined })).toMatch(
      /^nginx is not installed\. Install it/,
    );
  });
});
