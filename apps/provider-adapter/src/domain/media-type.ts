/** What the bytes say of themselves: a text at an offset. */
interface Signature {
  readonly mediaType: string;
  readonly parts: readonly (readonly [offset: number, text: string])[];
}

const SIGNATURES: readonly Signature[] = [
  sign('image/png', [0, '\x89PNG\r\n\x1a\n']),
  sign('image/jpeg', [0, '\xff\xd8\xff']),
  sign('image/gif', [0, 'GIF87a']),
  sign('image/gif', [0, 'GIF89a']),
  sign('image/webp', [0, 'RIFF'], [8, 'WEBP']),
  sign('image/heic', [4, 'ftypheic']),
  sign('image/heic', [4, 'ftypheix']),
  sign('image/heif', [4, 'ftypmif1']),
  sign('image/avif', [4, 'ftypavif']),
  sign('image/bmp', [0, 'BM']),
  sign('image/tiff', [0, 'II*\0']),
  sign('image/tiff', [0, 'MM\0*']),
  sign('application/pdf', [0, '%PDF-']),
  sign('audio/wav', [0, 'RIFF'], [8, 'WAVE']),
  sign('audio/mpeg', [0, 'ID3']),
  sign('audio/mpeg', [0, '\xff\xfb']),
  sign('audio/mpeg', [0, '\xff\xf3']),
  sign('audio/mpeg', [0, '\xff\xf2']),
  sign('audio/flac', [0, 'fLaC']),
  sign('audio/ogg', [0, 'OggS']),
  sign('audio/aac', [0, '\xff\xf1']),
  sign('audio/aac', [0, '\xff\xf9']),
  sign('audio/aiff', [0, 'FORM'], [8, 'AIFF']),
  sign('audio/mp4', [4, 'ftypM4A']),
  sign('video/quicktime', [4, 'ftypqt']),
  sign('video/3gpp', [4, 'ftyp3g']),
  sign('video/mp4', [4, 'ftyp']),
  sign('video/webm', [0, '\x1a\x45\xdf\xa3']),
  sign('video/x-flv', [0, 'FLV\x01']),
  sign('video/mpeg', [0, '\0\0\x01\xba']),
  sign('video/mpeg', [0, '\0\0\x01\xb3']),
];

/** The same container holds both: what the server says decides. */
const SAME_BYTES: Readonly<Record<string, readonly string[]>> = {
  'audio/ogg': ['video/ogg'],
  'video/webm': ['audio/webm', 'video/x-matroska'],
  'video/mp4': ['audio/mp4', 'audio/x-m4a'],
};

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
/** Types that are told by the server alone, with what their bytes must begin with. */
const DECLARED: Readonly<Record<string, string>> = {
  [`${OFFICE}wordprocessingml.document`]: 'PK\x03\x04',
  [`${OFFICE}spreadsheetml.sheet`]: 'PK\x03\x04',
  'application/msword': '\xd0\xcf\x11\xe0',
  'application/vnd.ms-excel': '\xd0\xcf\x11\xe0',
};

const TEXT_TYPE = /^text\/[\w.+-]+$|^application\/(?:json|xml)$/;
const LONGEST_SIGNATURE = 16;

/**
 * The media type of fetched bytes; undefined for what is no image, document, sound, film or text. The bytes weigh more than
 * the word of the server, so that a page or a script cannot pass as an image.
 * @param declared the `content-type` of the answer
 */
export function mediaTypeOf(bytes: Buffer, declared: string | null): string | undefined {
  const said = (declared ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const head = bytes.subarray(0, LONGEST_SIGNATURE).toString('latin1');
  const found = SIGNATURES.find(({ parts }) =>
    parts.every(([offset, text]) => head.startsWith(text, offset)),
  );
  if (found) return SAME_BYTES[found.mediaType]?.includes(said) ? said : found.mediaType;
  const begin = Object.hasOwn(DECLARED, said) ? DECLARED[said] : undefined;
  if (begin !== undefined) return head.startsWith(begin) ? said : undefined;
  return TEXT_TYPE.test(said) && isText(bytes) ? said : undefined;
}

function isText(bytes: Buffer): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function sign(mediaType: string, ...parts: Signature['parts'][number][]): Signature {
  return { mediaType, parts };
}
