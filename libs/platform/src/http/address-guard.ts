import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AddressList } from './address-list';
import { isForbidden, type Reach } from './internal-addresses';

export interface GuardedNetworks {
  /** Addresses and networks that are allowed although they are out of `reach`. */
  allowed: readonly string[];
  /** The variable that allows them, for people to read. */
  allowedBy: string;
  /** `internet` when it is left out. */
  reach?: Reach;
}

/** Stands before connections to hosts that people chose, for they are made from inside the network. */
export class AddressGuard {
  private readonly allowed: AddressList;

  constructor(private readonly networks: GuardedNetworks) {
    this.allowed = new AddressList(networks.allowed);
  }

  /** Literal addresses are not looked up, so `lookup` does not see them. Throws for one that is out of reach. */
  check(host: string): void {
    if (isIP(host) && this.isForbidden(host)) throw this.forbidden(host);
  }

  /**
   * For sockets, in place of their own: the name is looked up once, and the connection goes to the very address that was
   * checked. One forbidden address among others is enough: names that resolve to both are made for that.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const bad = addresses?.find(({ address }) => this.isForbidden(address));
      const [first] = addresses ?? [];
      if (error || bad || !first) callback(error ?? this.forbidden(hostname), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  private isForbidden(address: string): boolean {
    return isForbidden(address, this.allowed, this.networks.reach);
  }

  private forbidden(host: string): Error {
    return new Error(`${host} is an internal address: ${this.networks.allowedBy} does not allow it`);
  }
}
