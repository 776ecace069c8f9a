import { describe, expect, it } from 'vitest';
import { EMAIL_LOCK, lockSeconds, PAIR_LOCK } from '../../../domain/identity/login-lock.ts';

describe('failures in a row', () => {
  it('lock one e-mail from one network for a second from the fifth on, then twice as long each time, up to a quarter of an hour', () => {
    const seconds = Array.from({ length: 17 }, (_, failures) => lockSeconds(failures, PAIR_LOCK));
    const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    expect(seconds).toEqual([0, 0, 0, 0, 0, ...doubled, 900, 900]);
  });

  it('lock one e-mail from everywhere for a minute from the hundredth on, as NIST allows no more', () => {
    const seconds = [99, 100, 101, 102, 103, 104].map((failures) =>
      lockSeconds(failures, EMAIL_LOCK),
    );
    expect(seconds).toEqual([0, 60, 120, 240, 480, 900]);
  });

  it('lock no longer than that, however many they are', () => {
    for (const schedule of [PAIR_LOCK, EMAIL_LOCK])
      expect(lockSeconds(1_000_000, schedule)).toBe(900);
  });
});
