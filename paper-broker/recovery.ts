import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VenueFenced } from './errors.ts';
import type { VenueState, VenueStore } from './store.ts';

export type BrokerOrderStatus = 'STARTING' | 'SERVING' | 'RECOVERING' | 'FENCED' | 'STOPPED';

export interface RecoveryOptions {
  store: VenueStore;
  logger: Logger;
  /** Puts memory to what is durable; the venue serves from then on. */
  restore: (durable: VenueState) => void;
  /** Called when another process has taken the database over: this one must end. */
  onFenced: () => void;
}

/** Whether memory may be used, and how it gets back to what is durable when a write failed. */
export interface Recovery {
  status(): BrokerOrderStatus;
  /** The venue's id and the right to write that came with the last reading. */
  identity(): { venueId: string; epoch: number };
  /** Reads the book, waiting for the database as long as it takes. */
  start(): Promise<void>;
  onWriteFailed(error: unknown): void;
  stop(): void;
}

const WAIT_MIN_MS = 50;
const WAIT_MAX_MS = 1_000;

export function createRecovery({ store, logger, restore, onFenced }: RecoveryOptions): Recovery {
  let status: BrokerOrderStatus = 'STARTING';
  let identity = { venueId: '', epoch: 0 };

  const recover = async (): Promise<void> => {
    const durable = await readBook(store, logger, () => status === 'STOPPED');
    if (!durable || status === 'STOPPED') return;
    identity = durable;
    status = 'SERVING';
    restore(durable);
    logger.info(
      { lastSequence: durable.lastSequence, openOrders: durable.openOrders.length },
      'the book is read',
    );
  };

  return {
    status: () => status,
    identity: () => identity,
    start: recover,
    onWriteFailed(error) {
      if (error instanceof VenueFenced) {
        status = 'FENCED';
        logger.fatal({ err: error }, 'another process has taken this venue over');
        onFenced();
        return;
      }
      logger.error({ err: error }, 'the journal could not be written; reading the book back');
      if (status === 'STOPPED') return;
      status = 'RECOVERING';
      void recover();
    },
    stop() {
      status = 'STOPPED';
    },
  };
}

/**
 * Reads what is durable, trying until the database answers; `null` when the venue is stopped
 * before.
 */
async function readBook(
  store: VenueStore,
  logger: Logger,
  isStopped: () => boolean,
): Promise<VenueState | null> {
  for (let attempt = 0; !isStopped(); attempt += 1) {
    try {
      return await store.takeOver();
    } catch (error) {
      // Told once per outage.
      logger[attempt === 0 ? 'error' : 'debug'](
        { err: error, attempt },
        'the book cannot be read from the database; trying again',
      );
      await sleep(Math.min(WAIT_MIN_MS * 2 ** attempt, WAIT_MAX_MS));
    }
  }
  return null;
}
