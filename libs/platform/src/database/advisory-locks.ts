/** Postgres's advisory locks of the platform: any numbers will do, as long as no two are the same. */
export const advisoryLocks = {
  migrations: 7_233_154_901,
  testTemplate: 7_233_154_902,
  firstStart: 7_233_154_903,
  pullFold: 7_233_154_904,
  outboxRelay: 7_233_154_905,
  signingKeys: 7_233_154_906,
  webhookEvents: 7_233_155_001,
  auditEvents: 7_233_155_002,
  settings: 7_233_155_010,
  scanners: 7_233_155_011,
  signerKeys: 7_233_155_020,
  trustChanges: 7_233_155_021,
  signatureEvents: 7_233_155_030,
  signatureRounds: 7_233_155_031,
  /** With the hash of a repository and a digest. */
  verdicts: 723_315_504,
  signedTagEvents: 7_233_155_032,
  signedTagRounds: 7_233_155_033,
} as const;
