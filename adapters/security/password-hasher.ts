import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { HubError } from '../../contracts/errors.ts';
import type { PasswordHasher } from '../../contracts/ports/auth.ts';

/** OWASP Password Storage Cheat Sheet: argon2id (the library's default algorithm), 19 MiB, 2 passes, 1 lane. */
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
 * Passwords as argon2id. Makes, once, the hash of nobody's password that stands in for users that do not exist.
 * Work beyond two at a time waits its turn; beyond a hundred waiting it is refused as `RATE_LIMITED`.
 */
export async function createPasswordHasher(argon2: Argon2 = NATIVE): Promise<PasswordHasher> {
  const inTurn = createTurns(CONCURRENCY_MAX, WAITING_MAX);
  const nobodysHash = await argon2.hash(crypto.randomUUID(), ARGON2ID);
  return {
    hash: (password) => inTurn(() => argon2.hash(password, ARGON2ID)),
    verify: (hash, password) =>
      inTurn(async () => {
        const matches = await argon2.verify(hash ?? nobodysHash, password);
        return hash !== null && matches;
      }),
  };
}

function createTurns(concurrencyMax: number, waitingMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= concurrencyMax) {
      if (waiting.length >= waitingMax) throw new HubError('RATE_LIMITED');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
