import { BlockList, isIP } from 'node:net';

/**
 * `public`: anybody's. `private`: this machine's, or a network's that is not the internet. `platform`: of the machine's own surroundings,
 * such as the metadata service that hands out identities.
 */
export type AddressReach = 'public' | 'private' | 'platform';

/** The IPv6 forms that stand for an IPv4 address: NAT64, and the obsolete compatible one. `BlockList` knows mapped addresses by itself. */
const EMBEDDING = ['64:ff9b::', '::'];

const PLATFORM = blockList(['169.254.0.0/16', '168.63.129.16/32'], ['fe80::/10']);
const PRIVATE = blockList(
  ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['::/128', '::1/128', 'fc00::/7', 'fec0::/10'],
);

const LOCAL_NAME = /(?:^|\.)localhost\.?$/i;

/**
 * Who a host belongs to, as far as it says so itself: other names than `localhost` count as public.
 * @param host as `URL.hostname` gives it, which has normalised every spelling of an IPv4 address; or an address that a name resolved to
 */
export function reachOf(host: string): AddressReach {
  const address = host.replace(/^\[|\]$|%.*$/g, '');
  const version = isIP(address);
  if (version === 0) return LOCAL_NAME.test(host) ? 'private' : 'public';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (PLATFORM.check(address, family)) return 'platform';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ipv4.map(splitSubnet)) {
    list.addSubnet(address, bits, 'ipv4');
    for (const prefix of EMBEDDING) list.addSubnet(`${prefix}${address}`, 96 + bits, 'ipv6');
  }
  for (const [address, bits] of ipv6.map(splitSubnet)) list.addSubnet(address, bits, 'ipv6');
  return list;
}

function splitSubnet(subnet: string): readonly [address: string, bits: number] {
  const [address = '', bits] = subnet.split('/');
  return [address, Number(bits)];
}
