import { Connection, isLost, type Session } from './connection';
import { CryptokiError, type Cryptoki } from './cryptoki';
import { destroyKey, generateKey, signDigest, type GeneratedKey } from './key-operations';
import { Places } from './places';
import { TokenError } from './token-error';

export interface TokenSettings {
  /** CKA_LABEL of the token. */
  label: string;
  pin: string;
  /** How many may be open, and so how many calls under way. */
  sessions: number;
  /** How long somebody waits, for a session and the answer together. */
  patienceMs?: number;
  /** Makes ready what calls the token; asked when the token is needed first, and again until it succeeds. */
  load: () => Promise<Cryptoki>;
}

const longestQueue = 1_000;
/** So long after a failed login everybody is told the same: tokens are slow to say no. */
const pauseMs = 1_000;

/** One token, used by one process. Keys are named by their CKA_ID. Throws TokenError. */
export class Token {
  private readonly places: Places;
  private readonly patienceMs: number;
  private cryptoki: Promise<Cryptoki> | undefined;
  private connection: Connection | undefined;
  private opening: Promise<Connection> | undefined;
  private failure: { error: unknown; until: number } | undefined;

  constructor(private readonly settings: TokenSettings) {
    this.places = new Places(settings.sessions, longestQueue);
    this.patienceMs = settings.patienceMs ?? 4_000;
  }

  get label(): string {
    return this.settings.label;
  }

  /** A P-256 key that never leaves the token. `label`: for people. */
  generate(label: string): Promise<GeneratedKey> {
    return this.run((session) => generateKey(session, label));
  }

  /** ECDSA over a digest: r and s, 32 bytes each. */
  sign(id: Buffer, digest: Buffer): Promise<Buffer> {
    return this.run((session) => signDigest(session, id, digest));
  }

  /** Also when it is not there. */
  destroy(id: Buffer): Promise<void> {
    return this.run((session) => destroyKey(session, id));
  }

  /** Logged in. */
  check(): Promise<void> {
    return this.run(() => Promise.resolve());
  }

  async close(): Promise<void> {
    const connection = await this.opening?.catch(() => undefined);
    await (connection ?? this.connection)?.close();
    this.connection = undefined;
  }

  private async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.patienceMs;
    if (!(await this.places.enter(this.patienceMs)))
      throw new TokenError('busy', `the token "${this.label}" has no session left`);
    // The place is taken until the token has answered, however long nobody waits for that any more.
    const answer = this.attempt(work).finally(() => this.places.leave());
    return this.inTime(answer, deadline - Date.now());
  }

  /** Once more on a new connection when the old one was lost. */
  private async attempt<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      try {
        return await (await this.connected()).use(work);
      } catch (error) {
        if (!isLost(error)) throw error;
        return await (await this.connected()).use(work);
      }
    } catch (error) {
      if (!(error instanceof CryptokiError)) throw error;
      const problem = isLost(error) ? 'away' : 'unfit';
      throw new TokenError(problem, `the token "${this.label}" fails: ${error.message}`, { cause: error });
    }
  }

  private connected(): Promise<Connection> {
    if (this.connection && !this.connection.lost) return Promise.resolve(this.connection);
    if (this.failure && Date.now() < this.failure.until) return Promise.reject(this.failure.error as Error);
    this.opening ??= this.open().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  private async open(): Promise<Connection> {
    try {
      this.cryptoki ??= this.settings.load();
      const cryptoki = await this.cryptoki.catch((error: unknown) => {
        this.cryptoki = undefined;
        throw error;
      });
      // Its library may be unable to: it is asked to begin anew in any case.
      await this.connection?.close().catch(() => undefined);
      this.connection = undefined;
      const connection = await Connection.open(cryptoki, this.label, this.settings.pin);
      this.connection = connection;
      this.failure = undefined;
      return connection;
    } catch (error) {
      this.remember(error);
      throw error;
    }
  }

  /** A refused PIN is not tried again by this process: tokens lock themselves after a few. */
  private remember(error: unknown): void {
    const refused = error instanceof TokenError && error.problem === 'refused';
    this.failure = { error, until: refused ? Infinity : Date.now() + pauseMs };
  }

  private async inTime<T>(answer: Promise<T>, patienceMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = new TokenError('busy', `the token "${this.label}" does not answer`);
      timer = setTimeout(() => reject(error), patienceMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
