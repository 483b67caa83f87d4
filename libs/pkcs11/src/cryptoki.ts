import { result } from './constants';

export type Handle = bigint;

/** Attribute's number → its value. */
export type Template = readonly (readonly [type: number, value: Buffer | boolean | bigint])[];

export interface TokenInfo {
  label: string;
  flags: number;
}

/** What a token's library can be asked. Everything rejects with CryptokiError. */
export interface Cryptoki {
  /** Also when it is initialised already. */
  initialize(): Promise<void>;
  /** Every session and login ends. */
  finalize(): Promise<void>;
  /** Slots with a token in them. */
  slots(): Promise<Handle[]>;
  tokenInfo(slot: Handle): Promise<TokenInfo>;
  /** For reading and writing. */
  openSession(slot: Handle): Promise<Handle>;
  /** As the user; it holds for every session of this process. Also when somebody is logged in already. */
  login(session: Handle, pin: string): Promise<void>;
  generateKeyPair(
    session: Handle,
    mechanism: number,
    templates: { publicKey: Template; privateKey: Template },
  ): Promise<{ publicKey: Handle; privateKey: Handle }>;
  /** One that is no longer than 256 bytes. */
  attribute(session: Handle, object: Handle, type: number): Promise<Buffer>;
  /** Two at most. */
  find(session: Handle, template: Template): Promise<Handle[]>;
  sign(session: Handle, mechanism: number, key: Handle, data: Buffer): Promise<Buffer>;
  destroy(session: Handle, object: Handle): Promise<void>;
}

const names = new Map<number, string>(
  Object.entries(result).map(([name, code]) => [code, name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
);

/** A call that did not return CKR_OK. */
export class CryptokiError extends Error {
  constructor(
    readonly call: string,
    readonly code: number,
  ) {
    super(`${call}: 0x${code.toString(16)}${names.has(code) ? ` (${names.get(code)})` : ''}`);
    this.name = 'CryptokiError';
  }
}
