import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { CONFIG } from '../config/config.module';
import { AddressList } from './address-list';

interface FrontDoorConfig {
  EXTERNAL_URL?: string;
  EXTERNAL_HOSTS?: string[];
  TRUSTED_PROXIES: string[];
}

/** Decision 19: the address that clients use, and theirs. `X-Forwarded-*` counts only from trusted proxies. */
@Injectable()
export class FrontDoor {
  private readonly trusted: AddressList;

  constructor(@Inject(CONFIG) private readonly config: FrontDoorConfig) {
    this.trusted = new AddressList(config.TRUSTED_PROXIES);
  }

  /** `https://registry.example.com:8443`, without a trailing slash. */
  baseUrl(request: IncomingMessage): string {
    if (this.config.EXTERNAL_URL) return this.config.EXTERNAL_URL;
    const forwarded = this.isTrusted(request) ? request.headers : {};
    const scheme = first(forwarded['x-forwarded-proto']) ?? ('encrypted' in request.socket ? 'https' : 'http');
    const host = hostOf(first(forwarded['x-forwarded-host'])) ?? hostOf(request.headers.host) ?? 'localhost';
    return `${scheme === 'https' ? 'https' : 'http'}://${host}`;
  }

  /** As the client names the registry, with its port: `registry.example.com:8443`. */
  host(request: IncomingMessage): string {
    return new URL(this.baseUrl(request)).host;
  }

  /** Every name, with its port, that clients may know this platform by: the one that was asked, and those configured. */
  hosts(request: IncomingMessage): string[] {
    return [...new Set([this.host(request), ...(this.config.EXTERNAL_HOSTS ?? [])])];
  }

  /** The client's address: the first hop from the right that is no trusted proxy. */
  clientAddress(request: IncomingMessage): string {
    const peer = plain(request.socket.remoteAddress ?? '');
    if (!this.isTrusted(request)) return peer;
    const hops = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((hop) => plain(hop.trim().replace(zone, '')))
      .filter((hop) => isIP(hop) !== 0);
    return hops.reverse().find((hop) => !this.trusted.has(hop)) ?? hops.at(-1) ?? peer;
  }

  private isTrusted(request: IncomingMessage): boolean {
    return this.trusted.has(plain(request.socket.remoteAddress ?? ''));
  }
}

/** What is no host and port must not get into links and challenges. */
function hostOf(text: string | undefined): string | undefined {
  return text && /^[\w.~:[\]-]+$/.test(text) && URL.canParse(`http://${text}`) ? text : undefined;
}

const first = (value: string | string[] | undefined): string | undefined =>
  String(value ?? '')
    .split(',')[0]
    ?.trim() || undefined;

/** RFC 4007 section 11: `%eth0` names a network of the machine that wrote it. */
const zone = /%.*$/;

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');
