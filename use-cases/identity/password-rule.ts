import { HubError } from '../../contracts/errors.ts';
import type { CommonPasswords } from '../../contracts/identity/auth.ts';

export interface PasswordRuleDeps {
  commonPasswords: CommonPasswords;
}

export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 128;

const PRODUCT_NAMES = ['hubinvestments'];
/** A shorter part of an address is in too many words to mean anything. */
const NAME_LENGTH_MIN = 4;
const DISTINCT_CHARACTERS_MIN = 5;

/**
 * NIST SP 800-63B-4, 3.1.1.2: a length, and no password that attackers try first (common, repeated,
 * in sequence, made of the name of the user or of the service); no rules on kinds of characters.
 * Compared in NFKC. Failure: `PASSWORD_TOO_WEAK`, with a sentence.
 */
export function demandGoodPassword(
  { commonPasswords }: PasswordRuleDeps,
  password: string,
  email: string,
): void {
  const weakness = weaknessOf(password.normalize('NFKC').toLowerCase(), email, commonPasswords);
  if (weakness !== null)
    throw new HubError(
      'PASSWORD_TOO_WEAK',
      { field: 'password' },
      { detail: `The password ${weakness}` },
    );
}

function weaknessOf(password: string, email: string, common: CommonPasswords): string | null {
  const characters = [...password];
  if (characters.length < PASSWORD_LENGTH_MIN)
    return `must have at least ${PASSWORD_LENGTH_MIN} characters`;
  if (characters.length > PASSWORD_LENGTH_MAX)
    return `must have at most ${PASSWORD_LENGTH_MAX} characters`;
  if (new Set(characters).size < DISTINCT_CHARACTERS_MIN)
    return 'repeats too few characters: add others';
  if (isRepeated(characters)) return 'repeats one piece: use a longer phrase that does not';
  if (isSequence(characters))
    return 'is a sequence of characters that follow one another: use a phrase that others do not think of';
  if (common.isCommon(password) || common.isCommon(withoutEnds(password))) {
    return 'is one of those that are tried first, because many people use it: use a phrase that others do not think of';
  }
  const letters = lettersAndDigits(password);
  if (namesIn(email).some((name) => letters.includes(name)))
    return 'must not contain the name of its e-mail address';
  if (PRODUCT_NAMES.some((name) => letters.includes(name)))
    return 'must not contain the name of this service';
  return null;
}

/** `hunterhunter`, `abc1abc1abc1`: a shorter one said again is as easy to guess. */
function isRepeated(characters: readonly string[]): boolean {
  const whole = characters.join('');
  return (whole + whole).indexOf(whole, characters[0]?.length ?? 1) < whole.length;
}

/** `abcdefghijkl`, `987654321098`: each character is the next one, up or down; after 9 comes 0. */
function isSequence(characters: readonly string[]): boolean {
  const steps = characters.slice(1).map((character, index) => {
    const step = (character.codePointAt(0) ?? 0) - (characters[index]?.codePointAt(0) ?? 0);
    return Math.abs(step) === 9 ? -Math.sign(step) : step;
  });
  return Math.abs(steps[0] ?? 0) === 1 && steps.every((step) => step === steps[0]);
}

/** People make a common password a new one by digits and signs around it: `!!Password1234`. */
const withoutEnds = (password: string): string => password.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

const lettersAndDigits = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');

function namesIn(email: string): string[] {
  return [lettersAndDigits(email.slice(0, email.lastIndexOf('@')))].filter(
    (name) => name.length >= NAME_LENGTH_MIN,
  );
}
