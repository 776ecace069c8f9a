import { describe, expect, it } from 'vitest';
import { type Argon2, createPasswordHasher } from '../../../adapters/security/password-hasher.ts';

/** An argon2 whose every call waits until it is let go, and that counts them. */
function createHeldArgon2() {
  const waiting: (() => void)[] = [];
  const seen = { verified: [] as string[], running: 0, runningMax: 0 };
  const argon2: Argon2 = {
    hash: async (password) => `hash of ${password}`,
    verify: async (hash, password) => {
      seen.verified.push(hash);
      seen.running += 1;
      seen.runningMax = Math.max(seen.runningMax, seen.running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      seen.running -= 1;
      return hash === `hash of ${password}`;
    },
  };
  const letAllGo = async () => {
    for (let quiet = 0; quiet < 3; quiet = waiting.length > 0 ? 0 : quiet + 1) {
      for (const go of waiting.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { argon2, seen, letAllGo };
}

describe('password hashes', () => {
  it('are argon2id with OWASP’s parameters, salted', async () => {
    const passwords = await createPasswordHasher();
    const [one, two] = await Promise.all([
      passwords.hash('correct-horse', 'here'),
      passwords.hash('correct-horse', 'here'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(two).not.toBe(one);
    expect(await passwords.verify(one, 'correct-horse', 'here')).toBe(true);
    expect(await passwords.verify(one, 'correct-house', 'here')).toBe(false);
  });

  it('cost one verification for a user that does not exist, too, and never match', async () => {
    const { argon2, seen, letAllGo } = createHeldArgon2();
    const passwords = await createPasswordHasher(argon2);
    const verifying = passwords.verify(null, 'correct-horse', 'here');
    await letAllGo();
    expect(await verifying).toBe(false);
    expect(seen.verified).toHaveLength(1);
  });

  it('are computed two at a time, the others in turn', async () => {
    const { argon2, seen, letAllGo } = createHeldArgon2();
    const passwords = await createPasswordHasher(argon2);
    const verifying = Promise.all(
      Array.from({ length: 20 }, () => passwords.verify('hash of a', 'a', 'here')),
    );
    await letAllGo();
    expect(await verifying).toEqual(Array(20).fill(true));
    expect(seen.runningMax).toBe(2);
  });

  it('are rejected when too many wait, and served again after', async () => {
    const { argon2, letAllGo } = createHeldArgon2();
    const passwords = await createPasswordHasher(argon2);
    const taken = Array.from({ length: 102 }, () => passwords.verify('hash of a', 'a', 'here'));
    await expect(passwords.verify('hash of a', 'a', 'here')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    });
    await letAllGo();
    await Promise.all(taken);
    const after = passwords.verify('hash of a', 'a', 'here');
    await letAllGo();
    expect(await after).toBe(true);
  });
});
