import { dictionary } from '@zxcvbn-ts/language-common';
import type { CommonPasswords } from '../../contracts/identity/auth.ts';

/**
 * Some 49,000 passwords that breaches have made public, from zxcvbn's list; about 4 MB in memory.
 */
export function createCommonPasswords(): CommonPasswords {
  const known: ReadonlySet<string> = new Set(dictionary['passwords-common']);
  return { isCommon: (password) => known.has(password.toLowerCase()) };
}
