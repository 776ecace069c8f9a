import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemEnv } from '../../../dev/system-env.ts';
import { TEST_SECRETS } from '../../support/service-tokens.ts';

const MAIN = fileURLToPath(new URL('../../../paper-broker/main.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export interface VenueProcess {
  url: string;
  metricsUrl: string;
  /** The exit code, or the signal's name, once it has ended. */
  exited: Promise<number | NodeJS.Signals | null>;
  /**
   * Sends the signal and resolves with the exit code, or the signal's name, and how long it took.
   */
  end(signal: NodeJS.Signals): Promise<{ code: number | NodeJS.Signals | null; tookMs: number }>;
}

/** The whole paper-broker as a process of its own; resolves when it has said that it listens. */
export async function startVenueProcess(env: Record<string, string>): Promise<VenueProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...systemEnv(process.env),
      HUB_PROFILE: 'dev',
      PAPER_BROKER_PORT: '0',
      PAPER_BROKER_METRICS_PORT: '0',
      ...TEST_SECRETS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  const { port, metricsPort } = await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    exited,
    async end(signal) {
      const started = performance.now();
      child.kill(signal);
      return { code: await exited, tookMs: performance.now() - started };
    },
  };
}

interface ListeningPorts {
  port: number;
  metricsPort: number;
}

function listening(child: ChildProcess): Promise<ListeningPorts> {
  return new Promise((resolve, reject) => {
    const output: string[] = [];
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`${why}\n${output.join('\n')}`));
    };
    const timer = setTimeout(() => fail('the venue did not listen in time'), START_TIMEOUT_MS);
    const onExit = (code: number | null): void => fail(`the venue ended with ${code}`);
    child.once('exit', onExit);
    if (!child.stdout || !child.stderr) return fail('the venue has no output');
    createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      const { msg, port, metricsPort } = JSON.parse(line) as {
        msg: string;
      } & Partial<ListeningPorts>;
      if (msg !== 'listening' || port === undefined || metricsPort === undefined) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      resolve({ port, metricsPort });
    });
  });
}
