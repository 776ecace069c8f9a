import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../../api/rest/strict-json.ts';
import { HubError } from '../../../contracts/errors.ts';

const read = (body: string | Uint8Array): string => readJsonText(Buffer.from(body));

function faultOf(body: string | Uint8Array): string {
  try {
    read(body);
  } catch (error) {
    if (error instanceof HubError && error.code === 'MALFORMED_JSON') return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a JSON body', () => {
  it('is the very text that JSON.parse takes, whatever JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'large' }), (text) => {
        fc.pre(text.length < 10_000);
        expect(read(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('is rejected where JSON.parse rejects it', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '1', 'a', '\\', ' ', 'null'),
        }),
        (text) => {
          let parsed = true;
          try {
            JSON.parse(text);
          } catch {
            parsed = false;
          }
          if (!parsed) expect(faultOf(text)).toBe('The body is not JSON');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('has no key twice, at any depth and however it is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.nat({ max: 14 }), (key, depth) => {
        const name = JSON.stringify(key);
        const escaped = `"${[...key].map((char) => (char.length === 1 ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char)).join('')}"`;
        const wrap = (text: string) => `${'{"a":[1,'.repeat(depth)}${text}${']}'.repeat(depth)}`;
        expect(faultOf(wrap(`{${name}:1,"other of them":2,${escaped}:1}`))).toContain(
          'more than once',
        );
        expect(read(wrap(`{${name}:1,"other of them":{${name}:1}}`))).toContain(name);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'a key twice',
      '{"quantity":"1","quantity":"2"}',
      'The body has the key "quantity" more than once',
    ],
    [
      'a key twice, once as an escape',
      '{"a":1,"\\u0061":2}',
      'The body has the key "a" more than once',
    ],
    [
      '__proto__ twice',
      '{"__proto__":1,"__proto__":2}',
      'The body has the key "__proto__" more than once',
    ],
    ['a byte order mark', '\ufeff{}', 'The body is not JSON'],
    ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'The body has more than 32 levels'],
    [
      '30,000 levels',
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
      'The body has more than 32 levels',
    ],
    ['nothing', '', 'The body is not JSON'],
  ])('with %s is rejected', (_what, body, fault) => {
    expect(faultOf(body)).toBe(fault);
  });

  it.each([
    ['a byte of Latin-1', '7b2261223a22e9227d'],
    ['an overlong slash', '7b2261223a22c0af227d'],
    ['a surrogate as bytes', '7b2261223a22eda080227d'],
    ['a character that ends too early', '7b2261223a22e282227d'],
    ['UTF-16', 'fffe7b007d00'],
  ])('with %s is not UTF-8', (_what, hex) => {
    expect(faultOf(Buffer.from(hex, 'hex'))).toBe('The body is not UTF-8');
  });

  it('may have 32 levels, characters beyond the first plane and the names of an object', () => {
    for (const text of [
      `${'['.repeat(32)}${']'.repeat(32)}`,
      '{"a":"\\ud83d\\ude00 😀 \ufeff"}',
      '{"__proto__":1,"constructor":2}',
      'null',
    ]) {
      expect(read(text)).toBe(text);
    }
  });
});
