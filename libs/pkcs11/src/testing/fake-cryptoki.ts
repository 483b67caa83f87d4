import { createHash } from 'node:crypto';
import { attribute, result, tokenFlag } from '../constants';
import { CryptokiError, type Cryptoki, type Handle, type Template, type TokenInfo } from '../cryptoki';

/** A token that fails as real ones do: what it is asked is counted in `calls`. */
export class FakeCryptoki implements Cryptoki {
  readonly calls: string[] = [];
  /** What the next calls of that name return instead, in order. */
  readonly failures: Partial<Record<keyof Cryptoki, number[]>> = {};
  pin = '1234';
  flags = 0;
  labels = ['token'];
  /** What it says of keys that it makes. */
  point = Buffer.concat([Buffer.from('044104', 'hex'), Buffer.alloc(64, 7)]);
  extractable = false;
  /** Calls of sign wait for it. */
  gate: Promise<void> = Promise.resolve();
  underWay = 0;
  mostUnderWay = 0;

  private readonly objects = new Map<Handle, Template>();
  private next = 1n;
  private sessions = new Set<Handle>();
  private loggedIn = false;

  get privateKeys(): number {
    return this.objects.size;
  }

  async initialize(): Promise<void> {
    await this.enter('initialize');
  }

  async finalize(): Promise<void> {
    await this.enter('finalize');
    if (this.underWay > 0) throw new Error('it was ended while a call was under way');
    this.forget();
  }

  /** As after a power cut: who was logged in is not any more. */
  forget(): void {
    this.sessions = new Set();
    this.loggedIn = false;
  }

  async slots(): Promise<Handle[]> {
    await this.enter('slots');
    return this.labels.map((_, index) => BigInt(index));
  }

  async tokenInfo(slot: Handle): Promise<TokenInfo> {
    await this.enter('tokenInfo');
    return { label: this.labels[Number(slot)] ?? '', flags: this.flags };
  }

  async openSession(): Promise<Handle> {
    await this.enter('openSession');
    const session = this.next++;
    this.sessions.add(session);
    return session;
  }

  async login(session: Handle, pin: string): Promise<void> {
    await this.enter('login', session);
    if (pin !== this.pin) {
      this.flags |= tokenFlag.userPinFinalTry;
      throw new CryptokiError('C_Login', result.pinIncorrect);
    }
    this.loggedIn = true;
  }

  async generateKeyPair(session: Handle, _mechanism: number, { privateKey }: { privateKey: Template }) {
    await this.enter('generateKeyPair', session);
    const [ofPublic, ofPrivate] = [this.next++, this.next++];
    this.objects.set(ofPrivate, privateKey);
    return { publicKey: ofPublic, privateKey: ofPrivate };
  }

  async attribute(session: Handle, _object: Handle, type: number): Promise<Buffer> {
    await this.enter('attribute', session);
    if (type === attribute.ecPoint) return this.point;
    const is = type === attribute.extractable ? this.extractable : true;
    return Buffer.from([Number(is)]);
  }

  async find(session: Handle, template: Template): Promise<Handle[]> {
    await this.enter('find', session);
    const idOf = (given: Template) => given.find(([type]) => type === attribute.id)?.[1] as Buffer;
    return [...this.objects].filter(([, given]) => idOf(given).equals(idOf(template))).map(([handle]) => handle);
  }

  async sign(session: Handle, _mechanism: number, key: Handle, data: Buffer): Promise<Buffer> {
    await this.enter('sign', session);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await this.gate;
    this.underWay -= 1;
    if (!this.objects.has(key)) throw new CryptokiError('C_SignInit', result.keyHandleInvalid);
    return createHash('sha512').update(data).digest();
  }

  async destroy(session: Handle, object: Handle): Promise<void> {
    await this.enter('destroy', session);
    this.objects.delete(object);
  }

  private async enter(name: keyof Cryptoki, session?: Handle): Promise<void> {
    await Promise.resolve();
    this.calls.push(name);
    const code = this.failures[name]?.shift();
    if (code !== undefined) throw new CryptokiError(`C_${name}`, code);
    if (session === undefined) return;
    if (!this.sessions.has(session)) throw new CryptokiError(`C_${name}`, result.sessionHandleInvalid);
    if (name !== 'login' && !this.loggedIn) throw new CryptokiError(`C_${name}`, result.userNotLoggedIn);
  }
}
