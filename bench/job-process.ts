import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a forked program can be asked for, by name. Parameters and results cross as JSON. */
export type Jobs = Record<string, (params: never) => Promise<unknown>>;

interface Request {
  readonly id: number;
  readonly name: string;
  readonly params: unknown;
}

type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

export interface JobProcess<J extends Jobs> {
  readonly pid: number;
  /**
   * Throws what the job threw, or a sentence when the program ends or takes longer than
   * `timeoutMs`.
   */
  run<K extends keyof J & string>(
    name: K,
    params: Parameters<J[K]>[0],
    timeoutMs: number,
  ): Promise<Awaited<ReturnType<J[K]>>>;
  /** Ends the program and waits. */
  stop(): Promise<void>;
}

/** Ends in its own process group, so that Ctrl-C reaches it through the bench alone. */
export function forkJobs<J extends Jobs>(program: URL): JobProcess<J> {
  const child = fork(fileURLToPath(program), {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.pathname} cannot be started`);
  const waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  let lastId = 0;
  const ended = watchEnd(child, (how) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${program.pathname} ended (${how})`));
    waiting.clear();
  });
  child.on('message', (reply: Reply) => {
    const job = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) job?.reject(new Error(reply.error));
    else job?.resolve(reply.result);
  });
  return {
    pid,
    run: (name, params, timeoutMs) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new Error(`${name} took longer than ${timeoutMs / 1000} s`));
        }, timeoutMs);
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            then(value);
          };
        // The result is what the job's own type says: it was made by that job in the child.
        waiting.set(id, {
          resolve: settle(resolve as (value: unknown) => void),
          reject: settle(reject),
        });
        child.send({ id, name, params } satisfies Request);
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

const STOP_MS = 10_000;

function watchEnd(child: ChildProcess, onEnd: (how: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const settle = (how: string) => {
      onEnd(how);
      resolve();
    };
    child.once('error', (error) => settle(error.message));
    child.once('exit', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
}

/**
 * The forked program's side: answers each job, and ends through `onStop` when the bench lets go of
 * it or is gone.
 */
export function serveJobs(jobs: Jobs, onStop: () => Promise<void> = async () => {}): void {
  process.on('message', ({ id, name, params }: Request) => {
    const job = jobs[name] as ((params: unknown) => Promise<unknown>) | undefined;
    const answer = job ? job(params) : Promise.reject(new Error(`there is no job ${name}`));
    answer.then(
      (result) => process.send?.({ id, result } satisfies Reply),
      (error: unknown) =>
        process.send?.({
          id,
          error: error instanceof Error ? error.message : String(error),
        } satisfies Reply),
    );
  });
  process.once('disconnect', () => {
    onStop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
