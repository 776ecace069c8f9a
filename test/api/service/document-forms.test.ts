import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ChangePasswordRequest } from '../../../api/identity/schema.ts';
import { TERMS_FORMS, termsErrors } from '../../../api/orders/order-terms.ts';
import {
  clientOrderId,
  displayName,
  email,
  notional,
  plainText,
  positiveDecimal,
  price,
  reason,
  trailPercent,
} from '../../../api/rest/fields.ts';
import {
  EMAIL_PATTERN,
  PLAIN_TEXT_PATTERN,
  positiveDecimalPattern,
  SEEN_TEXT_PATTERN,
  VISIBLE_TEXT_PATTERN,
} from '../../../api/rest/patterns.ts';
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../../domain/orders/order.ts';
import { createApiRig } from '../api-rig.ts';

const CASH = { maxIntegerDigits: 12, maxDecimals: 2 };
const SHARES = { maxIntegerDigits: 12, maxDecimals: 8 };
const PERCENT = { maxIntegerDigits: 2, maxDecimals: 4 };

const DECIMALS: readonly (readonly [string, string, z.ZodType])[] = [
  ['a price', positiveDecimalPattern(SHARES), price],
  ['an amount', positiveDecimalPattern(CASH), positiveDecimal(CASH, '1')],
  ['a percentage', positiveDecimalPattern(PERCENT), trailPercent],
  ['a notional', positiveDecimalPattern(CASH), notional],
];

/** Close to what a decimal looks like, right and wrong. */
const nearlyDecimal = fc.oneof(
  fc.stringMatching(/^-?0{0,3}[0-9]{0,14}\.?[0-9]{0,10}$/),
  fc.stringMatching(/^0{0,2}\.?0{0,9}[0-9]?$/),
  fc.string({ maxLength: 6 }),
);

describe('a pattern of the document', () => {
  it.each(DECIMALS)(
    'takes of %s what the check takes, and nothing else',
    (_what, pattern, schema) => {
      const form = new RegExp(pattern);
      fc.assert(
        fc.property(nearlyDecimal, (text) => form.test(text) === schema.safeParse(text).success),
        { numRuns: 3_000 },
      );
      fc.assert(
        fc.property(
          fc.stringMatching(form),
          (text) => text.length > 64 || schema.safeParse(text).success,
        ),
        { numRuns: 500 },
      );
    },
  );

  it.each([
    ['plain text', PLAIN_TEXT_PATTERN, plainText(100)],
    ['a name', SEEN_TEXT_PATTERN, displayName],
    ['a reason', SEEN_TEXT_PATTERN, reason],
    ['a client order id', VISIBLE_TEXT_PATTERN, clientOrderId],
  ] as const)('takes of %s what the check takes, and nothing else', (_what, pattern, schema) => {
    const form = new RegExp(pattern, 'u');
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 5 });
    const blank = fc.stringMatching(/^[ \t\u00a0\ufeff\u2003\n\u0085]{1,3}$/);
    const visible = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(
        fc.oneof(text, blank, visible),
        (each) => [...each].length > 100 || form.test(each) === schema.safeParse(each).success,
      ),
      { numRuns: 3_000 },
    );
  });

  it('takes of an e-mail what the check takes, and nothing else', () => {
    const nearly = fc.stringMatching(/^[a-zB.'+_%-]{0,5}@?[a-z0-9.-]{0,5}\.?[a-z0-9]{0,3}$/);
    const form = new RegExp(EMAIL_PATTERN);
    fc.assert(
      fc.property(nearly, (text) => form.test(text) === email.safeParse(text).success),
      { numRuns: 5_000 },
    );
    const ofAnyLength = fc.stringMatching(new RegExp(EMAIL_PATTERN.replace('(?=[^@]{1,64}@)', '')));
    fc.assert(
      fc.property(
        ofAnyLength,
        (text) => text.length > 254 || form.test(text) === email.safeParse(text).success,
      ),
      { numRuns: 500 },
    );
  });

  it('counts code points, as JSON Schema does', () => {
    expect(plainText(3).safeParse('🦊🦊🦊').success).toBe(true);
    expect(plainText(3).safeParse('🦊🦊🦊🦊').success).toBe(false);
    expect(displayName.safeParse(` ${'x'.repeat(99)}`).data).toBe('x'.repeat(99));
    expect(displayName.safeParse(` ${'x'.repeat(100)}`).success).toBe(false);
    expect(clientOrderId.safeParse('🦊'.repeat(128)).success).toBe(true);
    const change = (newPassword: string) =>
      ChangePasswordRequest.safeParse({ currentPassword: 'x', newPassword }).success;
    expect([change('🦊'.repeat(11)), change('🦊'.repeat(12))]).toEqual([false, true]);
  });
});

interface Form {
  properties: Record<string, { const?: string; enum?: string[]; type?: string }>;
  required: string[];
}

const matches = (terms: Record<string, string | null>, { properties, required }: Form): boolean =>
  required.every((name) => name in terms) &&
  Object.entries(terms).every(([name, value]) => {
    const rule = properties[name] ?? {};
    if (rule.const !== undefined) return value === rule.const;
    if (rule.enum !== undefined) return rule.enum.includes(value ?? '');
    return rule.type === (value === null ? 'null' : 'string');
  });

it('the forms of an order take the terms that the checks take, and no others', () => {
  const optional = ['quantity', 'notional', 'limitPrice', 'stopPrice', 'trailPercent'] as const;
  let taken = 0;
  for (const type of ORDER_TYPES) {
    for (const timeInForce of TIMES_IN_FORCE) {
      for (let given = 0; given < 2 ** optional.length; given += 1) {
        const terms = {
          type,
          timeInForce,
          ...Object.fromEntries(
            optional.filter((_, bit) => given & (1 << bit)).map((name) => [name, '1']),
          ),
        };
        const isTaken = termsErrors(terms).length === 0;
        expect(
          TERMS_FORMS.some((form) => matches(terms, form as Form)),
          JSON.stringify(terms),
        ).toBe(isTaken);
        taken += Number(isTaken);
      }
    }
  }
  expect(taken).toBe(19);
});

it('every call of the document says what the edge may answer before the call is looked at', async () => {
  const document = (await (await (await createApiRig()).app.request('/openapi.json')).json()) as {
    paths: Record<
      string,
      Record<string, { requestBody?: unknown; responses: Record<string, { description: string }> }>
    >;
  };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(item)) {
      const expected = [
        '404',
        '405',
        '408',
        '429',
        '500',
        ...(requestBody === undefined ? [] : ['400', '413', '415']),
      ];
      expect(Object.keys(responses), `${method} ${path}`).toEqual(expect.arrayContaining(expected));
    }
  }
});
