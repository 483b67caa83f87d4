import { AppError } from '@breakwater/kernel';
import { randomUUID } from 'node:crypto';
import { validateHeaderValue } from 'node:http';
import { notifyTypes, payloadFormats, type NotifyType, type PayloadFormat } from './event-types';
import { assertTemplate } from './payloads/template';

/** Where events are sent, and how. */
export interface WebhookTarget {
  /** Stays the same while type and address do. */
  id: string;
  type: NotifyType;
  /** `https://ci.example.com/hooks/7?key=x` */
  address: string;
  /** The whole value of `Authorization`; empty: none. */
  authHeader: string;
  skipCertVerify: boolean;
  payloadFormat: PayloadFormat;
  /** Signs what is sent; empty: nothing is signed. Never shown. */
  secret: string;
  /** Of format Template. */
  template: string;
}

/** At rest: what is secret is sealed. */
export interface StoredTarget extends Omit<WebhookTarget, 'authHeader' | 'secret'> {
  sealedAuthHeader: string;
  sealedSecret: string;
}

export interface TargetInput {
  type: string;
  address: string;
  authHeader: string;
  skipCertVerify: boolean;
  payloadFormat: string;
  /** Absent: as it was. */
  secret?: string;
  template: string;
}

/** The targets of a policy, checked; those that are known keep their id and their secret. Throws BAD_REQUEST. */
export function readTargets(inputs: readonly TargetInput[], known: readonly WebhookTarget[] = []): WebhookTarget[] {
  if (inputs.length === 0) throw invalid('empty notification target with policy');
  const left = [...known];
  return inputs.map((input) => {
    const target = readTarget(input);
    const at = left.findIndex(({ type, address }) => type === target.type && address === target.address);
    const [before] = at < 0 ? [] : left.splice(at, 1);
    return { ...target, id: before?.id ?? randomUUID(), secret: input.secret ?? before?.secret ?? '' };
  });
}

/** For logs, and for people who may see targets but not change them: what follows the question mark is often a key. */
export function shownAddress(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`.slice(0, 2_048);
}

function readTarget(input: TargetInput): Omit<WebhookTarget, 'id' | 'secret'> {
  const { authHeader, skipCertVerify, template } = input;
  const type = notifyTypes.find((name) => name === input.type);
  if (!type) throw invalid(`unsupported target type ${input.type} with policy`);
  assertHeader(authHeader);
  const payloadFormat = readFormat(type, input.payloadFormat);
  if (payloadFormat === 'Template') assertTemplate(template);
  return { type, address: readAddress(input.address), authHeader, skipCertVerify, payloadFormat, template };
}

/** Clients send an empty format, or Default, for types that have none to choose. */
function readFormat(type: NotifyType, given: string): PayloadFormat {
  if (given === '') return 'Default';
  const format = payloadFormats.find((name) => name === given);
  if (!format || (type !== 'http' && format !== 'Default'))
    throw invalid(`invalid payload format type: ${given} for notify type ${type}`);
  return format;
}

function readAddress(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw invalid(`invalid target address ${JSON.stringify(text)}: it takes http:// or https://`);
  if (url.username !== '' || url.password !== '')
    throw invalid('a target address takes no name and password: use the authorization header');
  url.hash = '';
  return url.href;
}

function assertHeader(value: string): void {
  try {
    validateHeaderValue('authorization', value);
  } catch {
    throw invalid('auth_header holds characters that no header can');
  }
}

function invalid(message: string): AppError {
  return new AppError('BAD_REQUEST', message, { reason: 'webhook.policy.invalid' });
}
