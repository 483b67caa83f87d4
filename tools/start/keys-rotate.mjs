#!/usr/bin/env node
// `npm run keys:rotate [-- --data DIR]`: a new key signs registry tokens; the old one verifies until its tokens expire.
import { runMain, runOneShot } from './one-shot.mjs';

runMain(() => runOneShot({ program: 'keys-rotate' }));
