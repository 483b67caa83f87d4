import { result } from './constants';
import { CryptokiError, type Cryptoki, type Handle, type Template, type TokenInfo } from './cryptoki';
import { loadFunctionList, type FunctionList, type FunctionName } from './function-list';
import { fixedBytes, mechanismOf, packed, word, wordBytes } from './memory';

/** CKF_OS_LOCKING_OK: worker threads call it, so it has to lock by itself. */
const osLocking = 2n;
const readWriteSession = 6;
const user = 1;
const maxSlots = 256;
const maxFound = 2;
const maxAttributeBytes = 256;
/** CK_TOKEN_INFO: 204 bytes; its label is at the beginning, its flags follow manufacturer, model and serial number. */
const tokenInfo = { bytes: 256, label: 32, flags: 96 };
/** r and s of any curve. */
const maxSignatureBytes = 256;

/** The library at that path. Throws TokenError when it cannot be used at all. */
export async function loadCryptoki(path: string): Promise<Cryptoki> {
  return new NativeCryptoki(await loadFunctionList(path));
}

class NativeCryptoki implements Cryptoki {
  constructor(private readonly functions: FunctionList) {}

  async initialize(): Promise<void> {
    const settings = fixedBytes(6 * wordBytes);
    settings.writeBigUInt64LE(osLocking, 4 * wordBytes);
    await this.call('C_Initialize', [settings], [result.cryptokiAlreadyInitialised]);
  }

  async finalize(): Promise<void> {
    await this.call('C_Finalize', [null], [result.cryptokiNotInitialised]);
  }

  async slots(): Promise<Handle[]> {
    // Asking for the number alone makes libraries look again at what is plugged in.
    await this.call('C_GetSlotList', [1, null, word(0)]);
    const [list, count] = [fixedBytes(maxSlots * wordBytes), word(maxSlots)];
    await this.call('C_GetSlotList', [1, list, count]);
    return handles(list, count);
  }

  async tokenInfo(slot: Handle): Promise<TokenInfo> {
    const info = fixedBytes(tokenInfo.bytes);
    await this.call('C_GetTokenInfo', [slot, info]);
    const label = info.toString('utf8', 0, tokenInfo.label).trimEnd();
    return { label, flags: Number(info.readBigUInt64LE(tokenInfo.flags)) };
  }

  async openSession(slot: Handle): Promise<Handle> {
    const session = word(0);
    await this.call('C_OpenSession', [slot, readWriteSession, null, null, session]);
    return session.readBigUInt64LE();
  }

  async login(session: Handle, pin: string): Promise<void> {
    const bytes = fixedBytes(Buffer.byteLength(pin));
    bytes.write(pin);
    try {
      await this.call('C_Login', [session, user, bytes, bytes.length], [result.userAlreadyLoggedIn]);
    } finally {
      bytes.fill(0);
    }
  }

  async generateKeyPair(
    session: Handle,
    mechanism: number,
    templates: { publicKey: Template; privateKey: Template },
  ): Promise<{ publicKey: Handle; privateKey: Handle }> {
    const [ofPublic, ofPrivate] = [this.pack(templates.publicKey), this.pack(templates.privateKey)];
    const [publicKey, privateKey] = [word(0), word(0)];
    await this.call('C_GenerateKeyPair', [
      session,
      mechanismOf(mechanism),
      ...[ofPublic.bytes, ofPublic.count, ofPrivate.bytes, ofPrivate.count],
      ...[publicKey, privateKey],
    ]);
    keep(ofPublic, ofPrivate);
    return { publicKey: publicKey.readBigUInt64LE(), privateKey: privateKey.readBigUInt64LE() };
  }

  async attribute(session: Handle, object: Handle, type: number): Promise<Buffer> {
    const wanted = this.pack([[type, Buffer.alloc(maxAttributeBytes)]]);
    await this.call('C_GetAttributeValue', [session, object, wanted.bytes, wanted.count]);
    const [value = Buffer.alloc(0)] = wanted.values;
    return value.subarray(0, Number(wanted.bytes.readBigUInt64LE(2 * wordBytes)));
  }

  async find(session: Handle, template: Template): Promise<Handle[]> {
    const wanted = this.pack(template);
    await this.call('C_FindObjectsInit', [session, wanted.bytes, wanted.count]);
    keep(wanted);
    try {
      const [list, count] = [fixedBytes(maxFound * wordBytes), word(0)];
      await this.call('C_FindObjects', [session, list, maxFound, count]);
      return handles(list, count);
    } finally {
      await this.call('C_FindObjectsFinal', [session]);
    }
  }

  async sign(session: Handle, mechanism: number, key: Handle, data: Buffer): Promise<Buffer> {
    await this.call('C_SignInit', [session, mechanismOf(mechanism), key]);
    const [signature, length] = [fixedBytes(maxSignatureBytes), word(maxSignatureBytes)];
    await this.call('C_Sign', [session, data, data.length, signature, length]);
    return signature.subarray(0, Number(length.readBigUInt64LE()));
  }

  async destroy(session: Handle, object: Handle): Promise<void> {
    await this.call('C_DestroyObject', [session, object]);
  }

  private pack(template: Template) {
    return packed(template, this.functions.addressOf);
  }

  private async call(
    name: FunctionName,
    parameters: (bigint | number | Buffer | null)[],
    fine: readonly number[] = [],
  ): Promise<void> {
    const code = await this.functions.call(name, ...parameters);
    if (code !== 0 && !fine.includes(code)) throw new CryptokiError(name, code);
  }
}

function handles(list: Buffer, count: Buffer): Handle[] {
  return Array.from({ length: Number(count.readBigUInt64LE()) }, (_, index) => list.readBigUInt64LE(index * wordBytes));
}

/** The values that templates point to are not to be collected before the call has returned. */
function keep(...templates: { values: readonly Buffer[] }[]): void {
  for (const { values } of templates) values.at(-1);
}
