import fc from 'fast-check';
import { readForm } from './form-fields.ts';
import { scanMultipart } from './scan-multipart.ts';

const TYPE = 'multipart/form-data; boundary=b';
const form = (...parts: readonly string[]): Buffer =>
  Buffer.from(`${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`, 'latin1');
const text = (name: string, value: string): string =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

describe('multipart forms', () => {
  it('guarantees that a platform’s own form is read as the platform reads it', async () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('\r\n', '\r\n--', '--b', '--b--', ''));
    const file = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), file, async (values, bytes) => {
        const data = new FormData();
        for (const [index, one] of values.entries()) data.append(`field${index}`, one);
        data.append('file', new Blob([bytes], { type: 'audio/wav' }), 'ä "quoted".wav');
        const request = new Response(data);
        const body = new Uint8Array(await request.arrayBuffer());
        const contentType = request.headers.get('content-type') ?? '';
        const scan = scanMultipart(body, contentType);
        if (!scan.ok) throw new Error(scan.reason);
        const again = await new Response(body, {
          headers: { 'content-type': contentType },
        }).formData();
        for (const { name, valueStart, valueEnd, fileName } of scan.parts) {
          const own = Buffer.from(body.subarray(valueStart, valueEnd));
          const theirs = again.get(name);
          if (theirs === null) throw new Error(name);
          if (typeof theirs === 'string') expect(own.toString()).toBe(theirs);
          else expect(own.equals(Buffer.from(await theirs.arrayBuffer()))).toBe(true);
          expect(fileName === null).toBe(typeof theirs === 'string');
        }
        expect(scan.parts).toHaveLength(values.length + 1);
      }),
    );
  });

  it('guarantees that values hold line breaks and may be empty', () => {
    const body = form(text('a', ''), text('b', '\r\n--c\r\n'));
    const read = readForm(body, TYPE);
    expect(read.ok && [...read.value.texts]).toEqual([
      ['a', ['']],
      ['b', ['\r\n--c\r\n']],
    ]);
  });

  it.each([
    ['names without quotes', 'Content-Disposition: form-data; name=model\r\n\r\nx'],
    ['other headers', 'Content-Length: 1\r\ncontent-disposition: form-data;name="model"\r\n\r\nx'],
    [
      'the name behind another parameter',
      'Content-Disposition: form-data; charset=utf-8; name="model"\r\n\r\nx',
    ],
  ])('guarantees that %s are read', (_, part) => {
    const read = readForm(form(part), TYPE);
    expect(read.ok && read.value.texts.get('model')).toEqual(['x']);
  });

  it.each([
    ['text before the form', Buffer.concat([Buffer.from('x\r\n'), form(text('a', '1'))])],
    ['text behind the form', Buffer.concat([form(text('a', '1')), Buffer.from('x')])],
    ['a form that is cut', form(text('a', '1')).subarray(0, -6)],
    ['nothing at all', Buffer.alloc(0)],
    ['bare line feeds', Buffer.from('--b\nContent-Disposition: form-data; name="a"\n\n1\n--b--\n')],
    ['a look-alike of the boundary', form(text('a', '1\r\n--bx'))],
    ['blanks behind the boundary', form(text('a', '1\r\n--b \r\nx: y\r\n\r\n'))],
    ['a head without a name', form('Content-Disposition: form-data\r\n\r\n1')],
    ['two names', form('Content-Disposition: form-data; name="a"; name="b"\r\n\r\n1')],
    [
      'an escaped quote',
      form('Content-Disposition: form-data; name="a"; filename="x\\"y"\r\n\r\n1'),
    ],
    ['two heads of a kind', form(`Content-Disposition: form-data; name="b"\r\n${text('a', '1')}`)],
    ['a folded head', form('Content-Disposition: form-data;\r\n name="a"\r\n\r\n1')],
    ['a transfer encoding', form(`Content-Transfer-Encoding: base64\r\n${text('a', '1')}`)],
    ['a name in another alphabet', form(text('mödel', '1'))],
    ['too many parts', form(...Array.from({ length: 65 }, (_, i) => text(`a${i}`, '1')))],
    ['a field that stands twice', form(text('model', '1'), text('model', '2'))],
  ])('guarantees that %s is refused', (_, body) => {
    expect(readForm(body, TYPE)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error' },
    });
  });

  it.each([
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/mixed; boundary=b',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ])('guarantees that the content type %s is refused', (contentType) => {
    expect(scanMultipart(form(text('a', '1')), contentType)).toMatchObject({ ok: false });
  });

  it('guarantees that any bytes get an answer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('--b', '\r\n', '--', text('a', 'x'), ': ', ';', '"', 'é'), {
          maxLength: 30,
        }),
        (pieces) => {
          expect(typeof scanMultipart(Buffer.from(pieces.join('')), TYPE).ok).toBe('boolean');
        },
      ),
    );
  });
});
