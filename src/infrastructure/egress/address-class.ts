import { BlockList, isIP } from 'node:net';

/** Why an address is not one of a stranger on the public internet. */
export type AddressClass =
  | 'loopback'
  | 'private'
  | 'link_local'
  | 'metadata'
  | 'carrier_nat'
  | 'multicast'
  | 'unspecified'
  | 'translated'
  | 'reserved';

type Range = readonly [cidr: string, addressClass: AddressClass];

/** The first range that holds an address names it. Kept apart by family: a mapped IPv6 range must never match IPv4. */
const IPV4: readonly Range[] = [
  ['169.254.169.254/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier_nat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link_local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'reserved'],
  ['192.88.99.0/24', 'translated'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'reserved'],
  ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
];

/** Behind these, everything outside of 2000::/3 is `reserved` too: nothing public is assigned there. */
const IPV6: readonly Range[] = [
  ['fd00:ec2::254/128', 'metadata'],
  ['::1/128', 'loopback'],
  ['::/128', 'unspecified'],
  ['::ffff:0:0/96', 'translated'],
  ['::/96', 'translated'],
  ['64:ff9b::/96', 'translated'],
  ['64:ff9b:1::/48', 'translated'],
  ['2002::/16', 'translated'],
  ['2001::/32', 'translated'],
  ['fe80::/10', 'link_local'],
  ['fec0::/10', 'private'],
  ['fc00::/7', 'private'],
  ['ff00::/8', 'multicast'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'reserved'],
  ['3fff::/20', 'reserved'],
];

/** The class of an address that must not be reached, or null for a public one. Text that is no address is `reserved`. */
export const addressClassOf = (address: string): AddressClass | null => {
  if (isIP(address) === 4) return classIn(TABLE_4, address, 'ipv4');
  if (isIP(address) !== 6) return 'reserved';
  const named = classIn(TABLE_6, address, 'ipv6');
  return named ?? (GLOBAL_UNICAST.check(address, 'ipv6') ? null : 'reserved');
};

/** A list of addresses and CIDR ranges of one family or both. */
export const rangesOf = (
  cidrs: readonly string[],
): { readonly has: (address: string) => boolean } => {
  const byFamily = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const cidr of cidrs) {
    const { address, prefix, family } = parseCidr(cidr);
    byFamily[family].addSubnet(address, prefix, family);
  }
  return {
    has: (address) => {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      return byFamily[family].check(address, family);
    },
  };
};

/** Whether the text is an address or a CIDR range, rather than a host name. */
export const isRange = (text: string): boolean => isIP(text.split('/')[0] ?? '') !== 0;

const parseCidr = (cidr: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } => {
  const [address = '', prefix] = cidr.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const whole = family === 'ipv6' ? 128 : 32;
  return { address, prefix: prefix === undefined ? whole : Number(prefix), family };
};

const tableOf = (ranges: readonly Range[]): readonly (readonly [BlockList, AddressClass])[] =>
  ranges.map(([cidr, addressClass]) => {
    const { address, prefix, family } = parseCidr(cidr);
    const list = new BlockList();
    list.addSubnet(address, prefix, family);
    return [list, addressClass];
  });

const TABLE_4 = tableOf(IPV4);
const TABLE_6 = tableOf(IPV6);
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6');

const classIn = (
  table: readonly (readonly [BlockList, AddressClass])[],
  address: string,
  family: 'ipv4' | 'ipv6',
): AddressClass | null => table.find(([list]) => list.check(address, family))?.[1] ?? null;
