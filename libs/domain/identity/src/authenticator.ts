import { Injectable } from '@nestjs/common';
import type { CacheUsage } from '@breakwater/platform';
import { SettingsService } from '@breakwater/settings';
import { AccountsRepository, robotPrincipal, userPrincipal, type UserAccount } from './accounts.repository';
import { CredentialCache, type AccountPrincipal, type ProvenCredential } from './credential-cache';
import { LoginThrottle } from './login-throttle';
import { PasswordHasher } from './secrets/password-hasher';
import { RobotSecrets } from './secrets/robot-secrets';

/** A cached login is believed for so long before the account's row is read again. */
const recheckMs = 1_000;
const maxLoginLength = 600;
const maxPasswordLength = 1_024;

/** Who stands behind a user name and a password, of a person or of a robot. */
@Injectable()
export class Authenticator {
  private readonly throttle = new LoginThrottle();
  private readonly pending = new Map<string, Promise<AccountPrincipal | undefined>>();

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly cache: CredentialCache,
    private readonly hasher: PasswordHasher,
    private readonly robotSecrets: RobotSecrets,
    private readonly settings: SettingsService,
  ) {}

  /**
   * Undefined: wrong. A change of the account counts here at once and on every other replica within two seconds.
   * Throws TOOMANYREQUESTS after many wrong passwords from the `address`, or when too many logins wait.
   */
  async basic(username: string, password: string, address = ''): Promise<AccountPrincipal | undefined> {
    if (!isPlausible(username, password)) return undefined;
    const key = this.cache.keyOf(username, password);
    const known = await this.fromCache(key);
    if (known) return known;
    this.throttle.assertAllowed(username, address);
    const principal = await this.prove(key, username, password);
    if (principal) this.throttle.succeeded(username, address);
    else this.throttle.failed(username, address);
    return principal;
  }

  /** Of passwords proven lately. */
  get cacheUsage(): CacheUsage {
    return this.cache.usage;
  }

  /** Who was proven by the very same within the last second, without asking anybody. */
  recall(username: string, password: string): AccountPrincipal | undefined {
    const entry = this.cache.get(this.cache.keyOf(username, password));
    return entry && isRecent(entry) ? entry.principal : undefined;
  }

  private async fromCache(key: string): Promise<AccountPrincipal | undefined> {
    const entry = this.cache.get(key);
    if (!entry) return undefined;
    if (isRecent(entry)) return entry.principal;
    const principal = await this.reload(entry.principal);
    if (principal?.epoch === entry.principal.epoch) this.cache.set(key, principal, true);
    else this.cache.delete(key);
    return principal?.epoch === entry.principal.epoch ? principal : undefined;
  }

  private async reload(known: AccountPrincipal): Promise<AccountPrincipal | undefined> {
    if (known.kind === 'user') {
      const account = await this.accounts.userById(known.id);
      return account && userPrincipal(account);
    }
    const account = await this.accounts.robotById(known.id);
    return account && robotPrincipal(account, await this.robotPrefix());
  }

  /** A client that opens many connections at once has its password checked once. */
  private prove(key: string, username: string, password: string): Promise<AccountPrincipal | undefined> {
    const running = this.pending.get(key);
    if (running) return running;
    const proof = this.check(username, password)
      .then((principal) => {
        if (principal) this.cache.set(key, principal);
        return principal;
      })
      .finally(() => this.pending.delete(key));
    this.pending.set(key, proof);
    return proof;
  }

  private async check(username: string, password: string): Promise<AccountPrincipal | undefined> {
    const prefix = await this.robotPrefix();
    if (username.startsWith(prefix)) {
      const robot = await this.accounts.robotByName(username.slice(prefix.length));
      if (robot)
        return this.robotSecrets.matches(password, robot.secretHash) ? robotPrincipal(robot, prefix) : undefined;
    }
    return this.checkUser(await this.accounts.userByLogin(username), password);
  }

  private async checkUser(account: UserAccount | undefined, password: string): Promise<AccountPrincipal | undefined> {
    if (!account) {
      await this.hasher.pretendToCheck(password);
      return undefined;
    }
    const result = await this.hasher.check(password, account.passwordHash);
    if (result === 'wrong') return undefined;
    if (result === 'right-but-outdated')
      await this.accounts.replaceHash(account.id, account.passwordHash, await this.hasher.hash(password));
    return userPrincipal(account);
  }

  private async robotPrefix(): Promise<string> {
    return (await this.settings.get()).robot_name_prefix;
  }
}

const isRecent = ({ checkedAt }: ProvenCredential): boolean => Date.now() - checkedAt < recheckMs;

/** Postgres has no NUL in text; nobody's name or password is that long. */
function isPlausible(username: string, password: string): boolean {
  const lengths =
    username.length > 0 &&
    username.length <= maxLoginLength &&
    password.length > 0 &&
    password.length <= maxPasswordLength;
  return lengths && !username.includes('\0');
}
