import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '@breakwater/access';
import { AppError } from '@breakwater/kernel';
import { SettingsService } from '@breakwater/settings';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AccountsRepository, userPrincipal, type UserAccount } from '../accounts.repository';
import { CredentialCache, type KnownSession } from '../credential-cache';
import { UsersRepository } from '../users.repository';
import { SessionStore, type StoredSession } from './session-store';

/** Of one user; the oldest goes when another begins. */
const maxSessions = 50;
const sidBytes = 32;

export interface SessionView {
  id: string;
  creationTime: Date;
  /** Unless it is used before. */
  expiryTime: Date;
  address: string;
  userAgent: string;
}

/** Who is signed in with a browser. A session has no rights of its own: the account is read with it. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly store: SessionStore,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly cache: CredentialCache,
    private readonly settings: SettingsService,
  ) {}

  /** Answers the secret for the cookie, new each time. Throws UNAVAILABLE. */
  async begin(account: UserAccount, from: { address: string; userAgent: string }): Promise<string> {
    const sid = randomBytes(sidBytes).toString('base64url');
    const others = (await this.store.ofUser(account.id)).sort((a, b) => b.session.createdAt - a.session.createdAt);
    for (const { digest, session } of others.slice(maxSessions - 1)) await this.close(digest, session);
    const { id: userId, passwordEpoch } = account;
    const session = { id: randomUUID(), userId, passwordEpoch, createdAt: Date.now(), ...from };
    await this.store.add(digestOf(sid), session, await this.idleSeconds());
    return sid;
  }

  /**
   * Undefined: no session, or one that is over. An end that came from another replica counts within two seconds.
   * `renew`: this request is somebody's doing and keeps the session alive. Throws UNAVAILABLE.
   */
  async find(sid: string, renew: boolean): Promise<KnownSession | undefined> {
    if (!isSid(sid)) return undefined;
    const digest = digestOf(sid);
    const known = this.cache.session(digest);
    if (known && (known.renewed || !renew)) return known;
    const stored = await this.store.find(digest, renew ? await this.idleSeconds() : undefined);
    if (!stored) return undefined;
    const account = await this.accounts.userById(stored.userId);
    if (account?.passwordEpoch !== stored.passwordEpoch) {
      await this.store.remove(digest, stored);
      return undefined;
    }
    const session = { id: stored.id, principal: userPrincipal(account), renewed: renew };
    this.cache.setSession(digest, session);
    return session;
  }

  /**
   * Before a registry token is issued in the session: those end with it. Throws UNAUTHORIZED when it has just ended,
   * UNAVAILABLE.
   */
  async noteToken(sid: string): Promise<void> {
    const digest = digestOf(sid);
    const stored = await this.store.find(digest);
    if (stored?.issued || (stored && (await this.store.noteIssued(digest, stored)))) return;
    throw new AppError('UNAUTHORIZED', 'unauthorized: the session has ended', { reason: 'access.unauthorized' });
  }

  /** Answers whose it was. Throws UNAVAILABLE. */
  async end(sid: string): Promise<UserPrincipal | undefined> {
    const session = await this.find(sid, false);
    if (!session) return undefined;
    const { id, principal } = session;
    await this.close(digestOf(sid), { id, userId: principal.id });
    this.cache.forget('user', principal.id);
    return principal;
  }

  /** The newest first. Throws UNAVAILABLE. */
  async list(userId: number): Promise<SessionView[]> {
    const account = await this.accounts.userById(userId);
    const stored = await this.store.ofUser(userId);
    return stored
      .filter(({ session }) => session.passwordEpoch === account?.passwordEpoch)
      .sort((a, b) => b.session.createdAt - a.session.createdAt)
      .map(({ session: { id, createdAt, address, userAgent }, expiryTime }) => ({
        id,
        creationTime: new Date(createdAt),
        expiryTime,
        address,
        userAgent,
      }));
  }

  /** Ends one of the user's sessions, or all of them. Throws NOT_FOUND for one that there is not, UNAVAILABLE. */
  async revoke(userId: number, id?: string): Promise<void> {
    const all = await this.store.ofUser(userId);
    const meant = id === undefined ? all : all.filter(({ session }) => session.id === id);
    if (id !== undefined && meant.length === 0)
      throw new AppError('NOT_FOUND', `session ${id} not found`, { reason: 'session.unknown' });
    for (const { digest, session } of meant) await this.close(digest, session);
    this.cache.forget('user', userId);
  }

  /** Registry tokens name no session: where some were issued in it, all of the user's end. Clients ask for new ones. */
  private async close(digest: string, session: Pick<StoredSession, 'id' | 'userId'>): Promise<void> {
    const last = await this.store.remove(digest, session);
    if (last?.issued) await this.users.raiseEpoch(session.userId);
  }

  private async idleSeconds(): Promise<number> {
    return (await this.settings.get()).session_timeout * 60;
  }
}

const isSid = (text: string): boolean => /^[\w-]{43}$/.test(text);
const digestOf = (sid: string): string => createHash('sha256').update(sid).digest('base64url');
