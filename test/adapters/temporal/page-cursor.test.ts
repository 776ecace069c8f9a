import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPageCursors } from '../../../adapters/temporal/page-cursor.ts';

const SECRET = 'a-secret-of-the-tests-with-32-bytes-or-more';
const cursors = createPageCursors(SECRET, "WorkflowType = 'a'");
const rejected = expect.objectContaining({ code: 'VALIDATION_FAILED', facts: { field: 'cursor' } });

function errorOf(open: () => unknown): unknown {
  try {
    return open();
  } catch (error) {
    return error;
  }
}

describe('a cursor of a list of workflows', () => {
  it('is the server’s page token again, whatever that is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (token) => {
        expect(Buffer.from(cursors.open(cursors.seal(token)))).toEqual(Buffer.from(token));
      }),
    );
  });

  it('is none of ours when anything of it was changed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (token, at, change) => {
          const bytes = Buffer.from(cursors.seal(token), 'base64url');
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ change;
          expect(errorOf(() => cursors.open(bytes.toString('base64url')))).toEqual(rejected);
        },
      ),
    );
  });

  it.each(['cGFnZS94', 'cGFnZS8', 'x', '', 'AAAAAAAAAAAAAAAAAAAAAA', '%'])('is not %j', (text) => {
    expect(errorOf(() => cursors.open(text))).toEqual(rejected);
  });

  it('is good for its own list alone, with the same secret, and in one spelling', () => {
    const cursor = cursors.seal(Buffer.from('token'));
    for (const others of [
      createPageCursors(SECRET, "WorkflowType = 'b'"),
      createPageCursors(`${SECRET}!`, "WorkflowType = 'a'"),
    ]) {
      expect(errorOf(() => others.open(cursor))).toEqual(rejected);
    }
    expect(errorOf(() => cursors.open(`${cursor}==`))).toEqual(rejected);
    expect(createPageCursors(SECRET, "WorkflowType = 'a'").open(cursor)).toEqual(
      Buffer.from('token'),
    );
  });
});
