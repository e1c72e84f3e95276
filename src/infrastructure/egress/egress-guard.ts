import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import { UrlGuard } from '../../application/ports/url-guard.port.js';
import { addressClassOf, isRange, rangesOf } from './address-class.js';
import type { AddressClass } from './address-class.js';

/** Why a URL must not be called. */
export type EgressRefusal =
  'not_a_url' | 'scheme' | 'credentials' | 'https_required' | `address_${AddressClass}`;

export type EgressVerdict =
  /** The addresses are the only ones that the caller may connect to. */
  | { readonly kind: 'admitted'; readonly url: URL; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: EgressRefusal }
  /** The name does not resolve now; it may later. */
  | { readonly kind: 'unresolved' };

export interface EgressGuardOptions {
  /** Host names (exact), addresses and CIDR ranges that may be reached although they are private, and without TLS. */
  readonly allow: readonly string[];
  /** All addresses of a name; the system's resolver by default. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

/**
 * Keeps calls to addresses that strangers gave us out of our own network. A name is resolved once, every one of
 * its addresses is judged, and the caller connects to those and to no others, so that a second answer of the
 * name server changes nothing.
 */
export class EgressGuard extends UrlGuard {
  private readonly hosts: ReadonlySet<string>;
  private readonly ranges: { readonly has: (address: string) => boolean };
  private readonly resolve: (hostname: string) => Promise<readonly string[]>;

  constructor(options: EgressGuardOptions) {
    super();
    this.hosts = new Set(
      options.allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()),
    );
    this.ranges = rangesOf(options.allow.filter(isRange));
    this.resolve = options.resolve ?? systemAddresses;
  }

  /** A guard for one address that the operator configured, and that may therefore be anywhere. */
  static trusting(url: string): EgressGuard {
    return new EgressGuard({ allow: [hostOf(new URL(url))] });
  }

  /** Judges a URL, at registration and again before every call. Never throws. */
  async checkUrl(text: string): Promise<EgressVerdict> {
    if (!URL.canParse(text)) return refused('not_a_url');
    const url = new URL(text);
    const host = hostOf(url);
    const early = refusalOfForm(url);
    if (early !== null) return refused(early);
    const addresses = await this.addressesOf(host);
    if (addresses.length === 0) return { kind: 'unresolved' };
    const reason = this.hosts.has(host) ? null : this.refusalOf(url, addresses);
    return reason === null ? { kind: 'admitted', url, addresses } : refused(reason);
  }

  private async addressesOf(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    try {
      return await this.resolve(host);
    } catch {
      return [];
    }
  }

  /** One bad address spoils the name: which of them a connection would take is not ours to choose. */
  private refusalOf(url: URL, addresses: readonly string[]): EgressRefusal | null {
    const strangers = addresses.filter((address) => !this.ranges.has(address));
    const forbidden = strangers.map(addressClassOf).find((found) => found !== null);
    if (forbidden !== undefined) return `address_${forbidden}`;
    return url.protocol === 'http:' && strangers.length > 0 ? 'https_required' : null;
  }
}

const refusalOfForm = (url: URL): EgressRefusal | null => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
  return url.username !== '' || url.password !== '' ? 'credentials' : null;
};

const refused = (reason: EgressRefusal): EgressVerdict => ({ kind: 'refused', reason });

/** The host without the brackets of IPv6 and without the final dot of a rooted name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

const systemAddresses = async (hostname: string): Promise<readonly string[]> =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);
