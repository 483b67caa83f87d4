// The load client: a process of its own, so that its CPU time is not counted to any server. Takes one job per message.
import { pushImages } from './images.mjs';
import { read } from './reads.mjs';
import { traffic, verify } from './traffic.mjs';
import { upload } from './upload.mjs';

const JOBS = { read, pushImages, traffic, upload, verify };

let finish;

/** The parent reads CPU times when it hears these, so what is counted and what is timed are the same. */
const signals = {
  started: () => process.send({ event: 'started' }),
  ended: () => process.send({ event: 'ended' }),
};

process.on('message', async ({ kind, ...job }) => {
  if (kind === 'finish') return void finish();
  const stopped = new Promise((resolve) => (finish = resolve));
  try {
    process.send({ event: 'result', result: await JOBS[kind](job, { ...signals, stopped }) });
  } catch (error) {
    process.send({ event: 'failed', message: error.message });
  }
});
process.on('disconnect', () => process.exit());
