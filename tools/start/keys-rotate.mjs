#!/usr/bin/env node
// `npm run keys:rotate [-- --data DIR]`: a new key signs registry tokens, and the old one verifies until its tokens
// expire; secrets among the settings are sealed anew.
import { runMain, runOneShot } from './one-shot.mjs';

runMain(() => runOneShot({ program: 'keys-rotate' }));
