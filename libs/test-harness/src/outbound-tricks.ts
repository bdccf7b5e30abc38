/** Ways to write an address that must not be dialled. `{port}` stands for a port of this machine that listens. */
export interface OutboundTrick {
  readonly name: string;
  readonly url: string;
  /** Refused even where the operator allows private addresses. */
  readonly always: boolean;
}

/** Every trick to steer an outbound URL to this machine, its network or a cloud's metadata service. */
export const OUTBOUND_TRICKS: readonly OutboundTrick[] = [
  ...privateOnes({
    loopback: 'http://127.0.0.1:{port}',
    'a name of this machine': 'http://localhost:{port}',
    'a name with a dot at its end': 'http://localhost.:{port}',
    'a decimal number': 'http://2130706433:{port}',
    'a hexadecimal number': 'http://0x7f000001:{port}',
    'hexadecimal parts': 'http://0x7f.0x0.0x0.0x1:{port}',
    'octal parts': 'http://0177.0.0.01:{port}',
    'a short form': 'http://127.1:{port}',
    'another loopback address': 'http://127.255.255.254:{port}',
    'fullwidth digits': 'http://１２７.０.０.１:{port}',
    'circled digits': 'http://①②⑦.⓪.⓪.①:{port}',
    'ideographic full stops': 'http://127。0。0。1:{port}',
    'halfwidth full stops': 'http://127｡0｡0｡1:{port}',
    'percent-encoded digits': 'http://%31%32%37.0.0.1:{port}',
    backslashes: 'http:\\\\127.0.0.1:{port}',
    'a slash and a backslash': 'http:/\\127.0.0.1:{port}',
    'no slashes': 'http:127.0.0.1:{port}',
    'a tab inside': 'http://127.0.\t0.1:{port}',
    'the unspecified address': 'http://0.0.0.0:{port}',
    'a number alone': 'http://0:{port}',
    'IPv6 loopback': 'http://[::1]:{port}',
    'IPv6 loopback in full': 'http://[0:0:0:0:0:0:0:1]:{port}',
    'the unspecified IPv6 address': 'http://[::]:{port}',
    'a private network (10/8)': 'http://10.0.0.1:{port}',
    'a private network (172.16/12)': 'http://172.31.255.254:{port}',
    'a private network (192.168/16)': 'http://192.168.0.1:{port}',
    'a carrier network, with a metadata service': 'http://100.100.100.200:{port}',
    'a unique local address': 'http://[fd12:3456::1]:{port}',
  }),
  ...forbiddenOnes({
    'the metadata address': 'http://169.254.169.254',
    'the metadata address as a number': 'http://2852039166',
    'the metadata address in hexadecimal': 'http://0xa9fea9fe',
    'the metadata address with a dot at its end': 'http://169.254.169.254.',
    'the metadata address in fullwidth digits': 'http://１６９。２５４。１６９。２５４',
    "Azure's wire server": 'http://168.63.129.16',
    'a link-local IPv6 address': 'http://[fe80::1]',
    "Amazon's IPv6 metadata address": 'http://[fd00:ec2::254]',
    'IPv4 in IPv6': 'http://[::127.0.0.1]:{port}',
    'IPv4 mapped into IPv6': 'http://[::ffff:127.0.0.1]:{port}',
    'the metadata address mapped into IPv6': 'http://[::ffff:a9fe:a9fe]',
    NAT64: 'http://[64:ff9b::127.0.0.1]:{port}',
    'NAT64 of the metadata address': 'http://[64:ff9b::a9fe:a9fe]',
    'local NAT64': 'http://[64:ff9b:1::7f00:1]:{port}',
    '6to4': 'http://[2002:7f00:1::]:{port}',
    Teredo: 'http://[2001:0:7f00:1::]:{port}',
    multicast: 'http://224.0.0.1',
    broadcast: 'http://255.255.255.255',
  }),
];

/** The trick's URL with a port filled in. */
export function trickUrl({ url }: OutboundTrick, port: number | string): string {
  return url.replace('{port}', String(port));
}

function privateOnes(urls: Readonly<Record<string, string>>): OutboundTrick[] {
  return Object.entries(urls).map(([name, url]) => ({ name, url, always: false }));
}

function forbiddenOnes(urls: Readonly<Record<string, string>>): OutboundTrick[] {
  return Object.entries(urls).map(([name, url]) => ({ name, url, always: true }));
}
