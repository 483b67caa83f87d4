// `npm start -- --dev`: a changed source file is compiled and the services start again with it.
import { watch } from 'node:fs';
import { join } from 'node:path';
import { compile } from './compile.mjs';

const SETTLE_MS = 200;

export function restartOnChange({ root, output, restart }) {
  let timer;
  let busy = Promise.resolve();
  const rebuild = async () => {
    try {
      compile(root);
      output.say('sources changed, starting the services again …');
      await restart();
    } catch (error) {
      output.say(error.message);
    }
  };
  for (const folder of ['apps', 'libs']) {
    const watcher = watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.spec.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        busy = busy.then(rebuild);
      }, SETTLE_MS);
    });
    watcher.on('error', (error) => output.say(`watching ${folder}: ${error.message}`));
  }
  output.say('watching apps/ and libs/');
}
