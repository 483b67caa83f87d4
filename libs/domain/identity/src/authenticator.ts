import { Injectable } from '@nestjs/common';
import type { CacheUsage } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { AccountsRepository, robotPrincipal, userPrincipal, type UserAccount } from './accounts.repository';
import { CredentialCache, type AccountPrincipal, type ProvenCredential } from './credential-cache';
import { LastUsed } from './last-used';
import { CredentialProof, type Proof } from './credential-proof';
import { SignInThrottle, type Attempt } from './throttle/sign-in-throttle';

/** A cached login is believed for so long before the account's row is read again. */
const recheckMs = 1_000;
const maxLoginLength = 600;
const maxPasswordLength = 1_024;

/** Who stands behind a user name and a password, of a person or of a robot, or behind an access token. */
@Injectable()
export class Authenticator {
  private readonly pending = new Map<string, Promise<AccountPrincipal | undefined>>();

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly cache: CredentialCache,
    private readonly proof: CredentialProof,
    private readonly throttle: SignInThrottle,
    private readonly lastUsed: LastUsed,
    private readonly settings: SettingsService,
  ) {}

  /**
   * Undefined: wrong. A change of the account counts here at once and on every other replica within two seconds.
   * An access token is as good as its owner's password. Throws TOOMANYREQUESTS after many wrong passwords for the
   * account or from the `address`, or when too many logins wait.
   */
  async basic(username: string, password: string, address = ''): Promise<AccountPrincipal | undefined> {
    if (!isPlausible(username, password)) return undefined;
    const key = this.cache.keyOf(username, password);
    return (await this.fromCache(key)) ?? this.once(key, address, () => this.proveLogin(username, password, address));
  }

  /** Undefined: no token, or one that is no longer good. */
  async bearer(token: string): Promise<AccountPrincipal | undefined> {
    const key = this.cache.keyOf('', token);
    return (await this.fromCache(key)) ?? this.once(key, '', () => this.proof.ofToken(token));
  }

  /** Somebody who begins a session: a person, with the password itself. Throws TOOMANYREQUESTS. */
  async signIn(username: string, password: string, address: string): Promise<UserAccount | undefined> {
    if (!isPlausible(username, password)) return undefined;
    const attempt = await this.attemptOf(username, address);
    return this.throttle.watch(attempt, () => this.proof.ofPerson(username, password));
  }

  /** Of passwords proven lately. */
  get cacheUsage(): CacheUsage {
    return this.cache.usage;
  }

  /** Who was proven by the very same within the last second, without asking anybody. */
  recall(username: string, password: string): AccountPrincipal | undefined {
    const entry = this.cache.get(this.cache.keyOf(username, password));
    return entry && isRecent(entry) && isGood(entry) ? entry.principal : undefined;
  }

  private async fromCache(key: string): Promise<AccountPrincipal | undefined> {
    const entry = this.cache.get(key);
    if (!entry) return undefined;
    if (isRecent(entry) && isGood(entry)) return entry.principal;
    const principal = isGood(entry) ? await this.reload(entry.principal) : undefined;
    if (principal?.epoch !== entry.principal.epoch) {
      this.cache.delete(key);
      return undefined;
    }
    this.cache.set(key, { ...entry, principal }, true);
    this.lastUsed.note(principal);
    return principal;
  }

  private async reload(known: AccountPrincipal): Promise<AccountPrincipal | undefined> {
    if (known.kind === 'user') {
      const { token } = known;
      const account = token ? await this.accounts.userByTokenId(token.id) : await this.accounts.userById(known.id);
      return account && userPrincipal(account);
    }
    const account = await this.accounts.robotById(known.id);
    return account && robotPrincipal(account, await this.robotPrefix());
  }

  /** A client that opens many connections at once has its password checked once. */
  private once(
    key: string,
    address: string,
    prove: () => Promise<Proof | undefined>,
  ): Promise<AccountPrincipal | undefined> {
    const place = `${address}\n${key}`;
    const running = this.pending.get(place);
    if (running) return running;
    const proof = prove()
      .then((proven) => {
        if (!proven) return undefined;
        this.cache.set(key, proven);
        this.lastUsed.note(proven.principal);
        return proven.principal;
      })
      .finally(() => this.pending.delete(place));
    this.pending.set(place, proof);
    return proof;
  }

  private async proveLogin(username: string, password: string, address: string): Promise<Proof | undefined> {
    const byToken = await this.proof.ofToken(password, username);
    if (byToken) return byToken;
    const prefix = await this.robotPrefix();
    const attempt = await this.attemptOf(username, address);
    return this.throttle.watch(attempt, () => this.proof.ofLogin(username, password, prefix));
  }

  /** Counted for the account, whether its name was typed or its mail address. */
  private async attemptOf(login: string, address: string): Promise<Attempt> {
    const robot = login.startsWith(await this.robotPrefix());
    return { username: await this.accounts.nameBehind(login), address, robot };
  }

  private async robotPrefix(): Promise<string> {
    return (await this.settings.get()).robot_name_prefix;
  }
}

const isRecent = ({ checkedAt }: ProvenCredential): boolean => Date.now() - checkedAt < recheckMs;
const isGood = ({ until }: ProvenCredential): boolean => until === undefined || Date.now() < until;

/** Postgres has no NUL in text; nobody's name or password is that long. */
function isPlausible(username: string, password: string): boolean {
  const lengths =
    username.length > 0 &&
    username.length <= maxLoginLength &&
    password.length > 0 &&
    password.length <= maxPasswordLength;
  return lengths && !username.includes('\0');
}
