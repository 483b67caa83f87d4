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
    if (username.startsWith(prefix)) {
      const robot = await this.accounts.robotByName(username.slice(prefix.length));
      if (robot) {
        const until = this.robotSecretEnds(secret, robot);
        return until === undefined ? undefined : { principal: robotPrincipal(robot, prefix), ...until };
      }
    }
    const account = await this.ofPerson(username, secret);
    return account && { principal: userPrincipal(account) };
  }

  /** Takes as long for an account that is not there. */
  async ofPerson(username: string, password: string): Promise<UserAccount | undefined> {
    const account = await this.accounts.userByLogin(username);
    if (!account) {
      await this.hasher.pretendToCheck(password);
      return undefined;
    }
    const result = await this.hasher.check(password, account.passwordHash);
    if (result === 'wrong') return undefined;
    if (result === 'right-but-outdated')
      await this.accounts.replaceHash(account.id, account.passwordHash, await this.hasher.hash(password));
    return account;
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
