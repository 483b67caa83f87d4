/** Numbers of PKCS #11 2.40 (pkcs11t.h), as far as they are used. */
export const objectClass = { privateKey: 3n } as const;

export const attribute = {
  class: 0x0,
  token: 0x1,
  private: 0x2,
  label: 0x3,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  verify: 0x10a,
  extractable: 0x162,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  ecParameters: 0x180,
  ecPoint: 0x181,
} as const;

export const mechanism = { ecKeyPairGeneration: 0x1040, ecdsa: 0x1041 } as const;

/** Of CK_TOKEN_INFO. */
export const tokenFlag = { userPinFinalTry: 0x20000, userPinLocked: 0x40000 } as const;

export const result = {
  slotIdInvalid: 0x3,
  generalError: 0x5,
  functionFailed: 0x6,
  deviceError: 0x30,
  deviceRemoved: 0x32,
  keyHandleInvalid: 0x60,
  mechanismInvalid: 0x70,
  objectHandleInvalid: 0x82,
  pinIncorrect: 0xa0,
  pinInvalid: 0xa1,
  pinLengthRange: 0xa2,
  pinExpired: 0xa3,
  pinLocked: 0xa4,
  sessionClosed: 0xb0,
  sessionHandleInvalid: 0xb3,
  tokenNotPresent: 0xe0,
  tokenNotRecognised: 0xe1,
  userAlreadyLoggedIn: 0x100,
  userNotLoggedIn: 0x101,
  userPinNotInitialised: 0x102,
  cryptokiNotInitialised: 0x190,
  cryptokiAlreadyInitialised: 0x191,
} as const;
