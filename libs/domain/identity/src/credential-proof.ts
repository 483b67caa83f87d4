import { Injectable } from '@nestjs/common';
import { AccountsRepository, robotPrincipal, userPrincipal, type UserAccount } from './accounts.repository';
import type { ProvenCredential } from './credential-cache';
import { AccessTokenSecrets, isAccessToken } from './secrets/access-token-secrets';
import { PasswordHasher } from './secrets/password-hasher';
import { RobotSecrets } from './secrets/robot-secrets';

export type Proof = Omit<ProvenCredential, 'checkedAt'>;

/** Checks what somebody shows against what is stored. Undefined: wrong. */
@Injectable()
export class CredentialProof {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly robotSecrets: RobotSecrets,
    private readonly tokenSecrets: AccessTokenSecrets,
  ) {}

  /** `login`: the owner's name or address, where the client had to give one. */
  async ofToken(text: string, login?: string): Promise<Proof | undefined> {
    if (!isAccessToken(text)) return undefined;
    const account = await this.accounts.userByToken(this.tokenSecrets.hash(text), login);
    return account && { principal: userPrincipal(account) };
  }

  /** A robot when the name begins with `prefix` and there is one, else a person. */
  async ofLogin(username: string, secret: string, prefix: string): Promise<Proof | undefined> {
    if (username.startsWith(prefix)) return this.ofRobot(username, secret, prefix);
    const account = await this.ofPerson(username, secret);
    return account && { principal: userPrincipal(account) };
  }

  /**
   * A robot's secret is checked fast. So is nothing at all where there is no such robot: slowness would tell, and with
   * it which private projects there are. A person may have had the name before the prefix was changed.
   */
  private async ofRobot(username: string, secret: string, prefix: string): Promise<Proof | undefined> {
    const robot = await this.accounts.robotByName(username.slice(prefix.length));
    const until = robot && this.robotSecretEnds(secret, robot);
    if (robot && until) return { principal: robotPrincipal(robot, prefix), ...until };
    const account = await this.accounts.userByLogin(username);
    if (robot || !account) return undefined;
    return (await this.isRight(account, secret)) ? { principal: userPrincipal(account) } : undefined;
  }

  /** Takes as long for an account that is not there. */
  async ofPerson(username: string, password: string): Promise<UserAccount | undefined> {
    const account = await this.accounts.userByLogin(username);
    if (!account) {
      await this.hasher.pretendToCheck(password);
      return undefined;
    }
    return (await this.isRight(account, password)) ? account : undefined;
  }

  private async isRight({ id, passwordHash }: UserAccount, password: string): Promise<boolean> {
    const result = await this.hasher.check(password, passwordHash);
    if (result === 'right-but-outdated')
      await this.accounts.replaceHash(id, passwordHash, await this.hasher.hash(password));
    return result !== 'wrong';
  }

  /** Undefined: wrong. The secret before the last rotation is good for a time. */
  private robotSecretEnds(
    secret: string,
    robot: { secretHash: string; previousSecretHash: string | null; previousSecretUntil: Date | null },
  ): { until?: number } | undefined {
    if (this.robotSecrets.matches(secret, robot.secretHash)) return {};
    const { previousSecretHash: hash, previousSecretUntil: until } = robot;
    return hash && until && this.robotSecrets.matches(secret, hash) ? { until: until.getTime() } : undefined;
  }
}
