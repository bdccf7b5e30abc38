import fc from 'fast-check';
import { mediaTypeOf } from './media-type.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('mediaTypeOf', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n…', null, 'image/png'],
    ['\xff\xd8\xff\xe0', 'application/octet-stream', 'image/jpeg'],
    ['\xff\xd8\xff\xe0', 'image/png', 'image/jpeg'],
    ['RIFF....WEBPVP8 ', 'text/html', 'image/webp'],
    ['RIFF....WAVEfmt ', null, 'audio/wav'],
    ['%PDF-1.7', 'application/octet-stream', 'application/pdf'],
    ['\0\0\0 ftypisom', 'video/mp4; codecs="avc1"', 'video/mp4'],
    ['\0\0\0 ftypisom', 'audio/x-m4a', 'audio/x-m4a'],
    ['plain words', 'text/plain; charset=utf-8', 'text/plain'],
    ['{"a":1}', 'application/json', 'application/json'],
    ['a,b', 'Text/CSV', 'text/csv'],
    [
      'PK\x03\x04',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
  ])('tells %j, sent as %s, as %s', (text, declared, expected) => {
    expect(mediaTypeOf(bytes(text), declared)).toBe(expected);
  });

  it.each([
    ['<html>', 'image/png'],
    ['MZ\x90\0', 'application/octet-stream'],
    ['PK\x03\x04', 'application/zip'],
    ['words', 'application/msword'],
    ['a\0b', 'text/plain'],
    ['\xff\xfeab', 'text/plain'],
    ['words', null],
    ['', 'image/png'],
    ['words', '__proto__'],
    ['words', 'constructor'],
  ])('takes no %j sent as %s', (text, declared) => {
    expect(mediaTypeOf(bytes(text), declared)).toBeUndefined();
  });

  it('never throws, and names no type that it does not know', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.option(fc.string()), (any, declared) => {
        const type = mediaTypeOf(Buffer.from(any), declared);
        expect(type ?? 'image/x').toMatch(/^[\w.+-]+\/[\w.+-]+$/);
      }),
    );
  });
});
