import type * as Koffi from 'koffi';
import { promisify } from 'node:util';
import { CryptokiError } from './cryptoki';
import { TokenError } from './token-error';
import { wordBytes } from './memory';

/** Place in CK_FUNCTION_LIST, and the parameters; `ulong` stands for handles, lengths and numbers. */
const functions = {
  C_Initialize: [0, ['void *']],
  C_Finalize: [1, ['void *']],
  C_GetSlotList: [4, ['uchar', 'void *', 'void *']],
  C_GetTokenInfo: [6, ['ulong', 'void *']],
  C_OpenSession: [12, ['ulong', 'ulong', 'void *', 'void *', 'void *']],
  C_Login: [18, ['ulong', 'ulong', 'void *', 'ulong']],
  C_DestroyObject: [22, ['ulong', 'ulong']],
  C_GetAttributeValue: [24, ['ulong', 'ulong', 'void *', 'ulong']],
  C_FindObjectsInit: [26, ['ulong', 'void *', 'ulong']],
  C_FindObjects: [27, ['ulong', 'void *', 'ulong', 'void *']],
  C_FindObjectsFinal: [28, ['ulong']],
  C_SignInit: [42, ['ulong', 'void *', 'ulong']],
  C_Sign: [43, ['ulong', 'void *', 'ulong', 'void *', 'void *']],
  C_GenerateKeyPair: [59, ['ulong', 'void *', 'void *', 'ulong', 'void *', 'ulong', 'void *', 'void *']],
} as const satisfies Record<string, readonly [number, readonly string[]]>;

type Parameter = bigint | number | Buffer | null;
export type FunctionName = keyof typeof functions;

/** Calls a function on a worker thread and gives what it returned. */
export type CallFunction = (name: FunctionName, ...parameters: Parameter[]) => Promise<number>;

export interface FunctionList {
  call: CallFunction;
  addressOf: (bytes: Buffer) => bigint;
}

/** Throws TokenError. */
export async function loadFunctionList(path: string): Promise<FunctionList> {
  const koffi = await importKoffi();
  if (koffi.sizeof('ulong') !== wordBytes)
    throw new TokenError('unfit', 'PKCS#11 tokens are used on 64-bit systems other than Windows');
  const list = functionListOf(koffi, path);
  const calls = new Map<string, (...parameters: Parameter[]) => Promise<unknown>>();
  for (const [name, [place, parameters]] of Object.entries(functions)) {
    // Before the functions there is a version, padded to a word.
    const address = koffi.decode(list, wordBytes * (1 + place), 'void *') as unknown;
    const native = koffi.decode(address, koffi.proto('ulong', [...parameters])) as Koffi.KoffiFunc<() => number>;
    calls.set(name, promisify(native.async) as (...given: Parameter[]) => Promise<unknown>);
  }
  return {
    call: async (name, ...parameters) => Number(await calls.get(name)?.(...parameters)),
    addressOf: (bytes) => koffi.address(bytes),
  };
}

async function importKoffi(): Promise<typeof Koffi> {
  try {
    return await import('koffi');
  } catch (cause) {
    throw new TokenError(
      'unfit',
      'PKCS#11 needs the npm package "koffi", which is not installed: npm ci leaves it out with --omit=optional, and on systems that it is not built for',
      { cause },
    );
  }
}

function functionListOf(koffi: typeof Koffi, path: string): unknown {
  const found: unknown[] = [null];
  let code: number;
  try {
    const get = koffi.load(path).func('C_GetFunctionList', 'ulong', [koffi.out(koffi.pointer('void *'))]);
    code = Number(get(found));
  } catch (cause) {
    throw new TokenError('away', `the PKCS#11 library ${path} cannot be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (code !== 0) throw new CryptokiError('C_GetFunctionList', code);
  return found[0];
}
