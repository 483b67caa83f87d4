import { join } from 'node:path';
import { type ClientHome, makeHome, withClient } from './clients';
import { openProject, type ProjectFixture } from './fixtures';
import type { Client } from './run';

export interface ClientSuite extends ProjectFixture {
  home: ClientHome;
  client: Client;
  /** The path of the program. */
  program: string;
  /** host:port/project */
  base: string;
  /** A path in the client's home folder. */
  path(name: string): string;
}

/** The usual frame of one client's suite: a project, a home folder, the program. `use()` is valid once tests run. */
export function clientSuite(name: string, suite: (use: () => ClientSuite) => void): void {
  withClient(name, (program) => {
    let opened: ClientSuite | undefined;

    beforeAll(async () => {
      const fixture = await openProject(name);
      const home = makeHome();
      const base = `${fixture.platform.host}/${fixture.project}`;
      opened = {
        ...fixture,
        home,
        base,
        program,
        client: home.client(program),
        path: (file) => join(home.folder, file),
      };
    });
    afterAll(() => opened?.home.remove());

    suite(() => opened!);
  });
}

export const lines = (text: string): string[] => text.split('\n').filter(Boolean);
