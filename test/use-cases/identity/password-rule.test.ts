import { describe, expect, it } from 'vitest';
import { createCommonPasswords } from '../../../adapters/security/common-passwords.ts';
import { demandGoodPassword } from '../../../use-cases/identity/password-rule.ts';

const deps = { commonPasswords: createCommonPasswords() };
const demand = (password: string, email = 'lovelace@test.local') =>
  demandGoodPassword(deps, password, email);

describe('a new password', () => {
  it.each([
    ['correct-horse-battery'],
    ['correct horse'],
    ['xkcd-and-tea-4'],
    ['7Hq!zR2m#Lw9'],
    ['Zwölf Boxkämpfer jagen Eva'],
    ['密码是一个很长的句子呢谢谢'],
    ['🦊🐙🦀🐢🐬🦉🐝🐞🦋🐌🐛🐜'],
    [`${'x'.repeat(20)}yz-tail`],
  ])('may be %s', (password) => {
    expect(() => demand(password)).not.toThrow();
  });

  it.each([
    ['password', 'at least 12'],
    ['12345678', 'at least 12'],
    ['        ', 'at least 12'],
    ['            ', 'too few characters'],
    ['aaaaaaaaaaaaaaaa', 'too few characters'],
    ['121212121212', 'too few characters'],
    ['hunter2hunter2', 'repeats one piece'],
    ['abcdeabcdeabcde', 'repeats one piece'],
    ['123456789012', 'sequence'],
    ['abcdefghijklmnop', 'sequence'],
    ['zyxwvutsrqponm', 'sequence'],
    ['1q2w3e4r5t6y', 'tried first'],
    ['Administrator', 'tried first'],
    ['Password1234', 'tried first'],
    ['!!!Passw0rd!!!2024', 'tried first'],
    ['iloveyou20242024', 'tried first'],
    ['ｐａｓｓｗｏｒｄ１２３４', 'tried first'],
    ['Lovelace-is-great', 'e-mail'],
    ['my LOVE-lace 99', 'e-mail'],
    ['hub-investments!', 'this service'],
    ['I like HubInvestments', 'this service'],
    [`${'e\u0301'.repeat(6)}abc`, 'at least 12'],
    [`abcdefg${'\ufdfa'.repeat(8)}`, 'at most 128'],
  ])('must not be %s', (password, sentence) => {
    expect(() => demand(password)).toThrowError(
      expect.objectContaining({
        code: 'PASSWORD_TOO_WEAK',
        message: expect.stringContaining(sentence),
      }),
    );
  });

  it('may have the name of an address that is too short to mean anything', () => {
    expect(() => demand('adamant-crowd-9', 'ada@test.local')).not.toThrow();
  });

  it('is judged within a moment, however it is made', () => {
    const startedAt = performance.now();
    for (const password of [`${'a'.repeat(127)}b`, 'ab'.repeat(64), '\ufdfa'.repeat(128)])
      expect(() => demand(password)).toThrow();
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});
