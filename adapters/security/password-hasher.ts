import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../contracts/identity/auth.ts';
import { createFairTurns } from './fair-turns.ts';

/**
 * OWASP Password Storage Cheat Sheet: argon2id (the library's default algorithm), 19 MiB, 2 passes,
 * 1 lane.
 */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Half of libuv's four threads: hashing must not starve DNS, files and WebCrypto. */
const CONCURRENCY_MAX = 2;
/** About a second's work: who would wait longer is turned away. */
const WAITING_MAX = 100;

export interface Argon2 {
  hash(password: string, options: typeof ARGON2ID): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

const NATIVE: Argon2 = { hash: argon2Hash, verify: argon2Verify };

/**
 * Passwords as argon2id. Makes, once, the hash of nobody's password that stands in for users that
 * do not exist. Work beyond two at a time waits its turn, in rotation among those it is done for;
 * beyond a hundred waiting it is rejected as `RATE_LIMITED`.
 */
export async function createPasswordHasher(argon2: Argon2 = NATIVE): Promise<PasswordHasher> {
  const inTurn = createFairTurns({ concurrencyMax: CONCURRENCY_MAX, waitingMax: WAITING_MAX });
  const nobodysHash = await argon2.hash(crypto.randomUUID(), ARGON2ID);
  return {
    hash: (password, source) =>
      inTurn(source, () => argon2.hash(password.normalize('NFKC'), ARGON2ID)),
    verify: (hash, password, source) =>
      inTurn(source, async () => {
        const matches = await argon2.verify(hash ?? nobodysHash, password.normalize('NFKC'));
        return hash !== null && matches;
      }),
  };
}
