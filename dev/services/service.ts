import type { ManagedProcess } from '../managed-process.ts';

/** Says one line about what is done or found; the caller decides where it is shown. */
export type Say = (line: string) => void;

/**
 * A service that the stack needs: either a process of ours or one that runs elsewhere and is only
 * used.
 */
export interface Service extends ManagedProcess {
  /** How it was found, for people: `redis-server on PATH`. */
  readonly how: string;
  readonly external: boolean;
}

/** A service that somebody else runs: it is neither started nor stopped by us. */
export function createExternalService(
  name: string,
  how: string,
  checkReady: () => Promise<void>,
): Service {
  const reject = async (): Promise<void> => {
    throw new Error(`${name} is external (${how}): it is not ours to kill or restart`);
  };
  return {
    name,
    how,
    external: true,
    pid: undefined,
    start: checkReady,
    stop: async () => {},
    kill: reject,
    restart: reject,
  };
}

/** A service that is a process of ours. */
export function createOwnService(process: ManagedProcess, how: string): Service {
  return {
    name: process.name,
    how,
    external: false,
    get pid() {
      return process.pid;
    },
    start: process.start,
    stop: process.stop,
    kill: process.kill,
    restart: process.restart,
  };
}

/** What each service is started with. */
export interface ServiceStart {
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  readonly onSpawn?: (pid: number) => void;
  readonly onGone?: (pid: number) => void;
  readonly onCrash?: (how: string) => void;
  readonly onLine?: (line: string) => void;
}
