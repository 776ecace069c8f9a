import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { asPrivate } from './state-folder.ts';
import { systemEnv } from './system-env.ts';
import { waitUntil } from './wait-until.ts';

const LOG_BYTES_MAX = 20 * 1024 * 1024;
const LAST_LINES_MAX = 12;
const DRAIN_MS = 500;

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What the program needs of this machine, unless said. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly logFile: string;
  /** The signal that asks for a graceful end; SIGTERM unless said. */
  readonly stopSignal?: NodeJS.Signals;
  /** How long a graceful end may take before SIGKILL. */
  readonly graceMs?: number;
  readonly readyTimeoutMs?: number;
  /** Asked again and again after the start until it says true. */
  readonly isReady: () => Promise<boolean>;
  /** Told of each process that was started, so that an orphan can be found later. */
  readonly onSpawn?: (pid: number) => void;
  /** Told when the process has ended. */
  readonly onGone?: (pid: number) => void;
  /** Told when the process was ready once and ended although nobody asked it to. */
  readonly onCrash?: (how: string) => void;
  readonly onLine?: (line: string) => void;
}

/** A process that can be started, killed and started again under the same name, ports and state. */
export interface ManagedProcess {
  readonly name: string;
  /** The running process's id, `undefined` when it does not run. */
  readonly pid: number | undefined;
  /**
   * Starts it and waits until it is ready. Throws a sentence with its last log lines when it ends
   * or hangs instead.
   */
  start(): Promise<void>;
  /** Asks it to end, waits, and kills it after its grace. Nothing to do when it does not run. */
  stop(): Promise<void>;
  /** Sends a signal. For SIGKILL, resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it if it runs, then starts it. */
  restart(): Promise<void>;
}

/**
 * Children run in their own process group: Ctrl-C in a terminal reaches only the supervisor, which
 * stops them in order.
 */
export function createManagedProcess(spec: ProcessSpec): ManagedProcess {
  let child: ChildProcess | undefined;
  let gone: Promise<string> = Promise.resolve('never started');
  let stopping = false;
  let wasReady = false;
  let lastLines: string[] = [];

  const run = (): ChildProcess => {
    stopping = false;
    wasReady = false;
    lastLines = [];
    const log = openLog(spec.logFile);
    const options: SpawnOptions = {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: spec.env ?? systemEnv(process.env),
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    };
    const started = asPrivate(() => spawn(spec.command, [...spec.args], options));
    for (const stream of [started.stdout, started.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        lastLines = [...lastLines.slice(1 - LAST_LINES_MAX), line];
        spec.onLine?.(line);
      });
    }
    gone = new Promise((resolve) => {
      const settle = (how: string) => {
        log.end();
        if (child === started) child = undefined;
        if (started.pid !== undefined) spec.onGone?.(started.pid);
        resolve(how);
        if (wasReady && !stopping) spec.onCrash?.(how);
      };
      started.once('error', (error) => settle(error.message));
      started.once('exit', (code, signal) => {
        // The last lines arrive after the exit; a grandchild that keeps the pipe open must not hold
        // us up.
        const drained = new Promise((resolveDrained) => started.once('close', resolveDrained));
        void Promise.race([drained, sleep(DRAIN_MS)]).then(() =>
          settle(signal ? `signal ${signal}` : `exit code ${code}`),
        );
      });
    });
    if (started.pid !== undefined) spec.onSpawn?.(started.pid);
    return started;
  };

  const start = async (): Promise<void> => {
    if (child) return;
    child = run();
    let endedAs: string | undefined;
    void gone.then((how) => {
      endedAs = how;
    });
    const isReadyOrEnded = async () => endedAs !== undefined || (await spec.isReady());
    const timeoutMs = spec.readyTimeoutMs ?? 60_000;
    try {
      await waitUntil(isReadyOrEnded, {
        timeoutMs,
        message: `${spec.name} was not ready after ${timeoutMs / 1000} s; see ${spec.logFile}`,
      });
    } catch (error) {
      await stop();
      throw error;
    }
    if (endedAs !== undefined)
      throw new Error(
        `${spec.name} ended while starting (${endedAs}); see ${spec.logFile}\n${lastLines.join('\n')}`,
      );
    wasReady = true;
  };

  const stop = async (): Promise<void> => {
    const running = child;
    if (!running) return;
    stopping = true;
    // A process that was stopped by SIGSTOP gets to see the request only when it goes on.
    running.kill('SIGCONT');
    running.kill(spec.stopSignal ?? 'SIGTERM');
    const timer = new AbortController();
    const late = sleep(spec.graceMs ?? 10_000, 'late' as const, { signal: timer.signal }).catch(
      () => 'ended' as const,
    );
    if ((await Promise.race([gone, late])) === 'late') killGroup(running);
    await gone;
    timer.abort();
  };

  return {
    name: spec.name,
    get pid() {
      return child?.pid;
    },
    start,
    stop,
    kill: async (signal) => {
      const running = child;
      if (!running) return;
      if (signal !== 'SIGKILL') {
        running.kill(signal);
        return;
      }
      stopping = true;
      running.kill('SIGKILL');
      await gone;
    },
    restart: async () => {
      await stop();
      await start();
    },
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function openLog(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return createWriteStream(file, { flags: 'a', mode: 0o600 });
}
