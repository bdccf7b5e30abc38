/** An IP address. `::ffff:1.2.3.4` is the IPv4 address that it stands for. */
export interface Address {
  readonly version: 4 | 6;
  readonly bits: bigint;
}

/** All addresses of one version whose first `prefix` bits are those of `bits`. */
export interface AddressRange extends Address {
  readonly prefix: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
/** `::ffff:0:0/96`, without its last 32 bits. */
const MAPPED = 0xffffn;
const MAPPED_PREFIX = 96;
const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/** Reads an address, with or without a zone (`fe80::1%eth0`); null when the text is none. No octal, hex or short forms of IPv4. */
export function parseAddress(text: string): Address | null {
  const zone = text.indexOf('%');
  return unmap(parsePlain(zone < 0 ? text : text.slice(0, zone)));
}

/** Reads CIDR or a single address; null when the text is neither, or has bits set after its prefix. */
export function parseRange(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const address = parsePlain(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const width = WIDTH[address.version];
  const prefixText = slash < 0 ? String(width) : text.slice(slash + 1);
  const prefix = Number(prefixText);
  if (!PREFIX.test(prefixText) || prefix > width) return null;
  if (address.bits & ((1n << BigInt(width - prefix)) - 1n)) return null;
  const mapped = prefix >= MAPPED_PREFIX ? unmap(address) : address;
  if (mapped === null) return null;
  return {
    ...mapped,
    prefix: mapped.version === address.version ? prefix : prefix - MAPPED_PREFIX,
  };
}

export function isInRange(address: Address, range: AddressRange): boolean {
  if (address.version !== range.version) return false;
  const free = BigInt(WIDTH[range.version] - range.prefix);
  return address.bits >> free === range.bits >> free;
}

function parsePlain(text: string): Address | null {
  return text.includes(':') ? parseSix(text) : parseFour(text);
}

function parseFour(text: string): Address | null {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((one) => OCTET.test(one) && Number(one) < 256)) {
    return null;
  }
  return { version: 4, bits: octets.reduce((bits, one) => (bits << 8n) | BigInt(one), 0n) };
}

function parseSix(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  const isCutAfterFour = tail !== undefined && halves[0]?.includes('.') === true;
  if (isCutAfterFour || !head || (halves.length === 2 && !tail)) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<bigint>(missing).fill(0n), ...(tail ?? [])];
  return { version: 6, bits: groups.reduce((bits, group) => (bits << 16n) | group, 0n) };
}

/** The 16-bit groups of one side of `::`, whose last two may be written as IPv4. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const four = last.includes('.') ? parseFour(last) : null;
  const plain = four ? parts.slice(0, -1) : parts;
  if (!plain.every((part) => GROUP.test(part))) return undefined;
  const groups = plain.map((part) => BigInt(`0x${part}`));
  return four ? [...groups, four.bits >> 16n, four.bits & 0xffffn] : groups;
}

function unmap(address: Address | null): Address | null {
  if (address?.version !== 6 || address.bits >> 32n !== MAPPED) return address;
  return { version: 4, bits: address.bits & 0xffffffffn };
}
