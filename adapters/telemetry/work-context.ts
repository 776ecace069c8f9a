import { AsyncLocalStorage } from 'node:async_hooks';
import type { WorkContext, WorkFacts } from '../../contracts/work-context.ts';

/** One for a process, which hands it to its logger: `pino({ mixin: work.facts })`. */
export function createWorkContext(): WorkContext {
  const storage = new AsyncLocalStorage<WorkFacts>();
  return {
    run: (facts, work) => storage.run({ ...facts }, work),
    note: (facts) => {
      const known = storage.getStore();
      if (known) Object.assign(known, facts);
    },
    // The logger writes into what it gets.
    facts: () => ({ ...storage.getStore() }),
  };
}
