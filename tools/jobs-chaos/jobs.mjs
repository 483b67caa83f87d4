// The jobs of this test. They are not in the product's table: the worker and the starter bring this one instead.
import { fromBuild } from './build.mjs';

const { z } = fromBuild('zod');
export const STEPS = 3;

const declaration = {
  payload: z.object({ number: z.number() }),
  concurrency: 6,
  exclusive: false,
  attempts: 5,
  backoffSeconds: 0.2,
  maxBackoffSeconds: 2,
  timeoutSeconds: 60,
};

/** @type {Record<string, object>} */
export const table = {
  CHAOS_STEPS: declaration,
  CHAOS_EXCLUSIVE: { ...declaration, exclusive: true },
  CHAOS_TICK: declaration,
};

/** The keys under which a task of that type and id has its effects. */
export const effectsOf = (jobType, id) =>
  Array.from({ length: jobType === 'CHAOS_TICK' ? 1 : STEPS }, (_, step) => `task-${id}-step-${step}`);
