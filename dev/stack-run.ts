import { createChildPids, killOrphans, stopOrphans } from './child-pids.ts';
import { createKeepAlive } from './keep-alive.ts';
import type { ManagedProcess, ProcessSpec } from './managed-process.ts';

export interface StackRun {
  /** Adds what runs, or is about to, in the order in which it is started. */
  add(managed: ManagedProcess): void;
  /** The hooks that watch the process of this name. */
  watch(name: string): Required<Pick<ProcessSpec, 'onSpawn' | 'onGone' | 'onCrash' | 'onLine'>>;
  stop(): Promise<void>;
}

export interface StackRunOptions {
  readonly stateDir: string;
  readonly keepAlive?: boolean;
  readonly onLine?: (name: string, line: string) => void;
}

/**
 * What runs of a stack, how each part is watched, and how all are stopped: last started, first
 * stopped.
 */
export function createStackRun(
  options: StackRunOptions,
  say: (name: string, line: string) => void,
): StackRun {
  const pids = createChildPids(options.stateDir);
  const running: ManagedProcess[] = [];
  let stopping: Promise<void> | undefined;

  // Whoever ends without stopping the stack, by process.exit say, takes it along.
  const endWithUs = () => killOrphans(options.stateDir);
  process.once('exit', endWithUs);

  const stopAll = async (): Promise<void> => {
    for (const managed of running.toReversed()) {
      if (managed.pid !== undefined) say(managed.name, 'stopping');
      await managed.stop();
    }
    // A service that was just starting is not in the list yet; its pid is noted.
    await stopOrphans(options.stateDir, () => {});
    process.removeListener('exit', endWithUs);
  };

  return {
    add: (managed) => {
      running.push(managed);
    },
    watch: (name) => {
      const keepAlive = createKeepAlive({
        say: (line) => say(name, line),
        isStopping: () => stopping !== undefined,
      });
      return {
        onSpawn: (pid) => {
          // Too late to be stopped in order: it has done nothing yet.
          if (stopping) process.kill(pid, 'SIGKILL');
          else pids.record(name, pid);
        },
        onGone: () => pids.forget(name),
        onLine: (line) => options.onLine?.(name, line),
        onCrash: (how) => {
          const crashed = running.find((managed) => managed.name === name);
          if (options.keepAlive && crashed && !stopping) void keepAlive.restart(crashed, how);
        },
      };
    },
    stop: () => {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
