import { result, tokenFlag } from './constants';
import { CryptokiError, type Cryptoki, type Handle } from './cryptoki';
import { TokenError } from './token-error';

/** What is returned when the token was pulled out or reset, or has forgotten its sessions, the login or the key's handle. */
const lost: readonly number[] = [
  result.slotIdInvalid,
  result.generalError,
  result.functionFailed,
  result.deviceError,
  result.deviceRemoved,
  result.keyHandleInvalid,
  result.objectHandleInvalid,
  result.sessionClosed,
  result.sessionHandleInvalid,
  result.tokenNotPresent,
  result.tokenNotRecognised,
  result.userNotLoggedIn,
  result.cryptokiNotInitialised,
];

const refused: readonly number[] = [
  result.pinIncorrect,
  result.pinInvalid,
  result.pinLengthRange,
  result.pinExpired,
  result.pinLocked,
  result.userPinNotInitialised,
];

export const isLost = (error: unknown): boolean => error instanceof CryptokiError && lost.includes(error.code);

/** A session for one use; handles of keys are good in every session until the connection is lost. */
export interface Session {
  cryptoki: Cryptoki;
  handle: Handle;
  /** CKA_ID in hex → the private key. */
  keys: Map<string, Handle>;
}

/** One login at the token, and its sessions. Once it is lost there has to be a new one. */
export class Connection {
  lost = false;
  private inUse = 0;
  private readonly keys = new Map<string, Handle>();
  private readonly idle: Handle[] = [];
  private whenIdle: (() => void)[] = [];

  private constructor(
    private readonly cryptoki: Cryptoki,
    private readonly slot: Handle,
    first: Handle,
  ) {
    this.idle.push(first);
  }

  /** Throws TokenError: `away` or `refused`. */
  static async open(cryptoki: Cryptoki, label: string, pin: string): Promise<Connection> {
    try {
      await cryptoki.initialize();
      const slot = await findSlot(cryptoki, label);
      const session = await cryptoki.openSession(slot);
      await cryptoki.login(session, pin);
      return new Connection(cryptoki, slot, session);
    } catch (error) {
      // Many libraries look for tokens only when they begin.
      await cryptoki.finalize().catch(() => undefined);
      throw explained(error, label);
    }
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    this.inUse += 1;
    let handle: Handle | undefined;
    try {
      handle = this.idle.pop() ?? (await this.cryptoki.openSession(this.slot));
      return await work({ cryptoki: this.cryptoki, handle, keys: this.keys });
    } catch (error) {
      if (isLost(error)) this.lost = true;
      throw error;
    } finally {
      if (handle !== undefined) this.idle.push(handle);
      this.inUse -= 1;
      if (this.inUse === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** Ends every session when the last call has returned: none may be under way. */
  async close(): Promise<void> {
    this.lost = true;
    if (this.inUse > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    await this.cryptoki.finalize();
  }
}

async function findSlot(cryptoki: Cryptoki, label: string): Promise<Handle> {
  const found: Handle[] = [];
  for (const slot of await cryptoki.slots()) {
    const token = await cryptoki.tokenInfo(slot);
    if (token.label !== label) continue;
    assertMayTry(token.flags, label);
    found.push(slot);
  }
  const [slot, another] = found;
  if (slot === undefined) throw new TokenError('away', `the token "${label}" is not there`);
  if (another !== undefined) throw new TokenError('unfit', `two tokens are named "${label}"`);
  return slot;
}

/** The last try is left to people: after it the keys would be gone. */
function assertMayTry(flags: number, label: string): void {
  if (flags & tokenFlag.userPinLocked) throw new TokenError('refused', `the PIN of the token "${label}" is locked`);
  if (flags & tokenFlag.userPinFinalTry)
    throw new TokenError('refused', `one try is left for the PIN of the token "${label}": log in by hand first`);
}

function explained(error: unknown, label: string): unknown {
  if (!(error instanceof CryptokiError)) return error;
  const problem = error.call === 'C_Login' && refused.includes(error.code) ? 'refused' : 'away';
  const what = problem === 'refused' ? 'does not take the PIN' : 'cannot be used';
  return new TokenError(problem, `the token "${label}" ${what}: ${error.message}`, { cause: error });
}
