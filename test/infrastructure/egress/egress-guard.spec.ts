import { describe, expect, it } from '@jest/globals';

import { addressClassOf } from '../../../src/infrastructure/egress/address-class.js';
import { EgressGuard } from '../../../src/infrastructure/egress/egress-guard.js';

const guard = (allow: readonly string[] = [], names: Record<string, readonly string[]> = {}) =>
  new EgressGuard({
    allow,
    resolve: (name) => {
      const addresses = names[name];
      return addresses === undefined
        ? Promise.reject(new TypeError('ENOTFOUND'))
        : Promise.resolve(addresses);
    },
  });

describe('the egress guard', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'carrier_nat'],
    ['100.100.100.200', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.1.1', 'link_local'],
    ['169.254.169.254', 'metadata'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['192.88.99.1', 'translated'],
    ['198.18.0.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::ffff:8.8.8.8', 'translated'],
    ['::ffff:127.0.0.1', 'translated'],
    ['::127.0.0.1', 'translated'],
    ['64:ff9b::7f00:1', 'translated'],
    ['64:ff9b:1::7f00:1', 'translated'],
    ['2002:7f00:1::', 'translated'],
    ['2001:0:4136:e378::', 'translated'],
    ['fd00:ec2::254', 'metadata'],
    ['fc00::1', 'private'],
    ['fe80::1', 'link_local'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'reserved'],
    ['4000::1', 'reserved'],
    ['not an address', 'reserved'],
  ])('refuses %s as %s', (address, addressClass) => {
    expect(addressClassOf(address)).toBe(addressClass);
  });

  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'lets %s through',
    (address) => {
      expect(addressClassOf(address)).toBeNull();
    },
  );

  it('admits a public name with exactly the addresses that it judged', async () => {
    const verdict = await guard([], { 'a.test': ['8.8.8.8', '1.1.1.1'] }).checkUrl(
      'https://a.test/x',
    );
    expect(verdict).toMatchObject({ kind: 'admitted', addresses: ['8.8.8.8', '1.1.1.1'] });
  });

  it.each([
    ['https://127.0.0.1/', 'address_loopback'],
    ['https://2130706433/', 'address_loopback'],
    ['https://0x7f.1/', 'address_loopback'],
    ['https://017700000001/', 'address_loopback'],
    ['https://[::1]/', 'address_loopback'],
    ['https://[::ffff:10.0.0.1]/', 'address_translated'],
    ['https://169.254.169.254/latest/meta-data', 'address_metadata'],
    ['https://inside.test/', 'address_private'],
    ['https://mixed.test/', 'address_private'],
    ['https://MIXED.test./', 'address_private'],
    ['http://a.test/', 'https_required'],
    ['https://user@a.test/', 'credentials'],
    ['https://:secret@a.test/', 'credentials'],
    ['ftp://a.test/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['a.test', 'not_a_url'],
    ['', 'not_a_url'],
  ])('refuses %s: %s', async (url, reason) => {
    const names = {
      'a.test': ['8.8.8.8'],
      'inside.test': ['10.0.0.1'],
      'mixed.test': ['8.8.8.8', '192.168.1.1'],
    };
    expect(await guard([], names).checkUrl(url)).toEqual({ kind: 'refused', reason });
  });

  it('says so when a name does not resolve', async () => {
    expect(await guard().checkUrl('https://nowhere.test/')).toEqual({ kind: 'unresolved' });
    expect(await guard([], { 'empty.test': [] }).checkUrl('https://empty.test/')).toEqual({
      kind: 'unresolved',
    });
  });

  it.each([
    ['the host', 'Hooks.test', 'http://hooks.test/'],
    ['the address', '10.0.0.5', 'http://hooks.test/'],
    ['the network', '10.0.0.0/8', 'http://hooks.test/'],
    ['an IPv6 network', 'fd12::/16', 'http://[fd12::1]/'],
  ])('admits a private address without TLS when %s is allow-listed', async (_what, entry, url) => {
    const verdict = await guard([entry], { 'hooks.test': ['10.0.0.5'] }).checkUrl(url);
    expect(verdict.kind).toBe('admitted');
  });

  it('does not stretch an allow-list to its neighbours', async () => {
    const names = { 'hooks.test': ['10.0.0.5', '10.0.1.5'], 'sub.hooks.test': ['10.0.0.5'] };
    expect((await guard(['10.0.0.0/24'], names).checkUrl('https://hooks.test/')).kind).toBe(
      'refused',
    );
    expect((await guard(['hooks.test'], names).checkUrl('https://sub.hooks.test/')).kind).toBe(
      'refused',
    );
    expect((await guard(['10.0.0.0/8'], names).checkUrl('https://[::ffff:10.0.0.5]/')).kind).toBe(
      'refused',
    );
  });

  it('trusts the one address that an operator configured', async () => {
    const trusting = EgressGuard.trusting('http://127.0.0.1:8080/mail');
    expect((await trusting.checkUrl('http://127.0.0.1:8080/mail')).kind).toBe('admitted');
    expect((await trusting.checkUrl('http://127.0.0.2/')).kind).toBe('refused');
  });

  it('resolves with the system by default', async () => {
    const verdict = await new EgressGuard({ allow: [] }).checkUrl('https://localhost/');
    expect(verdict).toEqual({ kind: 'refused', reason: 'address_loopback' });
  });
});
