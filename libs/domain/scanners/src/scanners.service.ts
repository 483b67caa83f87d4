import { AppError } from '@breakwater/kernel';
import { Database, type ListOptions } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { assertCredential } from './adapter-auth';
import type { AdapterMetadata } from './adapter-metadata';
import { ScannerClient, type Adapter } from './scanner-client';
import { ScannerCredentials, type SealedCredential } from './scanner-credentials';
import { readNewScanner, readScanner, type CheckedScanner, type ScannerInput } from './scanner-input';
import { ScannerMetadata, type AdapterAnswer } from './scanner-metadata';
import { ScannersRepository, type ScannerRow } from './scanners.repository';

/** A scanner, and what its adapter says. Its credential is not for anybody to see. */
export interface ScannerView extends Omit<ScannerRow, 'sealedCredential'> {
  /** Undefined: it has not answered yet. */
  answer: AdapterAnswer | undefined;
}

/** Which scanners there are, and which one a project uses. */
@Injectable()
export class ScannersService {
  constructor(
    private readonly database: Database,
    private readonly scanners: ScannersRepository,
    private readonly credentials: ScannerCredentials,
    private readonly client: ScannerClient,
    private readonly adapters: ScannerMetadata,
  ) {}

  /** Its adapter must answer. Answers its uuid. Throws BAD_REQUEST, CONFLICT. */
  async create(input: ScannerInput): Promise<string> {
    const { accessCredential, ...scanner } = readNewScanner(input);
    await this.assertAnswers({ ...scanner, accessCredential });
    const uuid = randomUUID();
    return this.database.transaction(async () => {
      await this.scanners.lock();
      const sealedCredential = await this.credentials.seal(uuid, accessCredential);
      if (!(await this.scanners.insert({ ...scanner, uuid, sealedCredential }))) throw taken();
      return uuid;
    });
  }

  /** Whether such a scanner could be registered. Throws BAD_REQUEST. */
  async ping(input: ScannerInput): Promise<void> {
    await this.assertAnswers(readNewScanner(input));
  }

  async list(options: ListOptions): Promise<{ items: ScannerView[]; total: number }> {
    const { items, total } = await this.scanners.list(options);
    return { items: await this.views(items), total };
  }

  /** Throws NOT_FOUND. */
  async get(uuid: string): Promise<ScannerView> {
    return this.view(await this.find(uuid));
  }

  /** Asks no adapter. Throws NOT_FOUND. */
  async nameOf(uuid: string): Promise<string> {
    return (await this.find(uuid)).name;
  }

  /** Throws NOT_FOUND, and PRECONDITION when the adapter does not answer as it should. */
  async metadata(uuid: string): Promise<AdapterMetadata> {
    const scanner = await this.find(uuid);
    const answer = await this.adapters.ask(scanner);
    if ('metadata' in answer) return answer.metadata;
    throw new AppError('PRECONDITION', `scanner ${scanner.name}: ${answer.problem}`, { reason: 'scanner.unhealthy' });
  }

  /** Without a credential the one that it has stays. Throws NOT_FOUND, FORBIDDEN, BAD_REQUEST, CONFLICT, PRECONDITION. */
  async update(uuid: string, input: ScannerInput): Promise<void> {
    const changed = readScanner(input);
    await this.database.transaction(async () => {
      await this.scanners.lock();
      const before = await this.find(uuid);
      assertMutable(before);
      if (before.isDefault && changed.disabled)
        throw new AppError('PRECONDITION', `scanner ${before.name} is the default and cannot be disabled`, {
          reason: 'scanner.default',
        });
      if (await this.scanners.isTaken(changed, uuid)) throw taken();
      const { accessCredential: _given, ...values } = changed;
      await this.scanners.update({ ...values, uuid, sealedCredential: await this.credentialOf(changed, before) });
    });
  }

  /** Throws NOT_FOUND, and PRECONDITION for one that is disabled. */
  async setDefault(uuid: string): Promise<void> {
    await this.database.transaction(async () => {
      await this.scanners.lock();
      const { name, disabled } = await this.find(uuid);
      if (disabled) throw new AppError('PRECONDITION', `scanner ${name} is disabled`, { reason: 'scanner.disabled' });
      await this.scanners.setDefault(uuid);
    });
  }

  /** Projects that chose it use the default then. Answers what was deleted. Throws NOT_FOUND, FORBIDDEN. */
  async delete(uuid: string): Promise<ScannerView> {
    return this.database.transaction(async () => {
      await this.scanners.lock();
      const { sealedCredential: _sealed, ...scanner } = assertMutable(await this.find(uuid));
      await this.scanners.delete(uuid);
      return { ...scanner, answer: undefined };
    });
  }

  /** The one it chose, else the default, else none. */
  async ofProject(projectId: number): Promise<ScannerView | undefined> {
    const scanner = await this.scanners.ofProject(projectId);
    return scanner && this.view(scanner);
  }

  /** Throws NOT_FOUND. */
  async setOfProject(projectId: number, uuid: string): Promise<void> {
    if (!isUuid(uuid) || !(await this.scanners.setOfProject(projectId, uuid))) throw missing(uuid);
  }

  private async find(uuid: string): Promise<ScannerRow> {
    const scanner = isUuid(uuid) ? await this.scanners.find(uuid) : undefined;
    if (!scanner) throw missing(uuid);
    return scanner;
  }

  private async view(scanner: ScannerRow): Promise<ScannerView> {
    const [view] = await this.views([scanner]);
    return view as ScannerView;
  }

  private async views(scanners: ScannerRow[]): Promise<ScannerView[]> {
    const answers = await this.adapters.known(scanners);
    return scanners.map(({ sealedCredential: _sealed, ...scanner }) => ({
      ...scanner,
      answer: answers.get(scanner.uuid),
    }));
  }

  private async assertAnswers(adapter: Adapter): Promise<void> {
    try {
      await this.client.metadata(adapter, new AbortController().signal);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new AppError('BAD_REQUEST', `${adapter.url} is no scanner that can be used: ${problem}`, {
        reason: 'scanner.unhealthy',
      });
    }
  }

  /**
   * Undefined: what it had stays. That is for where it was: whoever may change the address must not learn the credential
   * by doing so.
   */
  private async credentialOf(
    changed: CheckedScanner,
    before: ScannerRow,
  ): Promise<SealedCredential | null | undefined> {
    const { auth, accessCredential, url } = changed;
    if (auth === '') return null;
    const stays = accessCredential === '' && auth === before.auth && isSameOrigin(url, before.url);
    if (stays && before.sealedCredential) return undefined;
    assertCredential(auth, accessCredential);
    return this.credentials.seal(before.uuid, accessCredential);
  }
}

const isUuid = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

const isSameOrigin = (a: string, b: string): boolean => new URL(a).origin === new URL(b).origin;

function assertMutable(scanner: ScannerRow): ScannerRow {
  if (!scanner.immutable) return scanner;
  throw new AppError('FORBIDDEN', `scanner ${scanner.name} is the platform's own: it is not changed or deleted`, {
    reason: 'scanner.immutable',
  });
}

function missing(uuid: string): AppError {
  return new AppError('NOT_FOUND', `scanner ${uuid.slice(0, 64)} not found`);
}

function taken(): AppError {
  return new AppError('CONFLICT', 'a scanner with that name or url exists already', { reason: 'scanner.taken' });
}
