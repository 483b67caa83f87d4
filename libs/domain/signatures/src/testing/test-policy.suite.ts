import type { ProjectTrustPolicy } from '@breakwater/trust-policies';

/** Of a project whose policy nobody has set: any signature of any system would do, and nobody is trusted. */
export const testPolicy: ProjectTrustPolicy = {
  projectId: 1,
  version: 0,
  verdictVersion: 0,
  systems: ['notary', 'notation', 'cosign'],
  requirements: [{ systems: ['notary', 'notation', 'cosign'], because: 'policy' }],
  notary: { rootKeyIds: [] },
  notation: { stores: [], identities: ['*'], level: 'strict', verifyTimestamp: 'always', revocation: 'off' },
  cosign: {
    keys: [],
    identities: [],
    trustedRoot: 'public-good',
    keySignatures: { transparencyLog: false, time: false },
    keylessSignatures: { transparencyLog: true, certificateLog: true },
  },
  signers: [],
  pull: 'allow',
  push: 'allow',
  signedTags: 'replaceable',
  quarantine: null,
};
