#!/usr/bin/env node
// `npm run keys:rotate [-- --data DIR]`: a new key signs registry tokens, and the old one verifies until its tokens
// expire; secrets among the settings and the keys that sign trust data are sealed anew.
import { runMain, runOneShot } from './one-shot.mjs';

runMain(async () => {
  await runOneShot({ program: 'keys-rotate' });
  await runOneShot({ program: 'keys-rotate', app: 'notary-signer' });
});
