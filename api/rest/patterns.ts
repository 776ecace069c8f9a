import type { DecimalBounds } from '../../domain/money/decimal.ts';

/**
 * Forms of fields as the document tells them: regular expressions that ECMAScript, Python and Rust
 * read alike, since clients validate and generate by them. Each says what the check beside it
 * takes.
 */

/** Of control characters. */
const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f';

/** What `String.trim` cuts off. */
const SPACE =
  '\\u0009-\\u000d\\u0020\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';

export const PLAIN_TEXT_PATTERN = `^[^${CONTROL}]*$`;

/** Plain text with something to see in it, and any white space around it. */
export const SEEN_TEXT_PATTERN = `^[${SPACE}]*[^${CONTROL}]*[^${SPACE}${CONTROL}][^${CONTROL}]*[${SPACE}]*$`;

/**
 * Decimals above zero: none of the digits before the point, or of those behind it, may be missing,
 * and one is not 0.
 */
export function positiveDecimalPattern({ maxIntegerDigits, maxDecimals }: DecimalBounds): string {
  const fractions = Array.from(
    { length: maxDecimals },
    (_, zeros) => `0{${zeros}}[1-9][0-9]{0,${maxDecimals - zeros - 1}}`,
  );
  return `^(0*[1-9][0-9]{0,${maxIntegerDigits - 1}}(\\.[0-9]{1,${maxDecimals}})?|0+\\.(${fractions.join('|')}))$`;
}

/**
 * No control characters, no white space, nothing that has no width or turns the direction of
 * writing.
 */
export const VISIBLE_TEXT_PATTERN = `^[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*$`;

const ATOM = "[A-Za-z0-9_'+-]";
const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/**
 * A dot-atom of RFC 5322 without the signs that few mailboxes have, of at most 64 characters (RFC
 * 5321, 4.5.3.1.1), at a domain name (RFC 1035, 2.3.1) whose last label is of letters.
 */
export const EMAIL_PATTERN = `^(?=[^@]{1,64}@)(${ATOM}+\\.)*${ATOM}*[A-Za-z0-9_+-]@(${LABEL}\\.)+[A-Za-z]{2,63}$`;
