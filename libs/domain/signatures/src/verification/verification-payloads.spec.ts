import fc from 'fast-check';
import { jobs } from '@breakwater/contracts';
import { payloadsOf } from './verification-payloads';

const subject = fc.record({
  projectId: fc.constant(1),
  repositoryId: fc.integer({ min: 1, max: 4 }),
  digest: fc.integer({ min: 1, max: 2_000 }).map((number) => `sha256:${number}`),
});

it('every subject is in exactly one task of its repository, and no task holds too many', () => {
  fc.assert(
    fc.property(fc.array(subject, { maxLength: 3_000, size: 'max' }), (subjects) => {
      const payloads = payloadsOf(subjects);
      const planned = payloads.flatMap(({ repositoryId, digests }) =>
        (digests ?? []).map((digest) => `${repositoryId} ${digest}`),
      );
      expect(planned.sort()).toEqual(
        [...new Set(subjects.map(({ repositoryId, digest }) => `${repositoryId} ${digest}`))].sort(),
      );
      for (const payload of payloads) jobs.VERIFY_SIGNATURES.payload.parse(payload);
    }),
    { numRuns: 20 },
  );
});
