import { spawn } from 'node:child_process';
import type { Say } from './service.ts';

const OUTPUT_CHARS_MAX = 2_000;
const PROGRESS_EVERY_MS = 10_000;

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs: number;
  /** What the program reads from its standard input; nothing unless said. */
  readonly input?: string;
  /** What is going on, for the line that is said every 10 s. */
  readonly doing: string;
  readonly say: Say;
}

/**
 * Runs a program to its end. Throws a sentence with the end of its output when it cannot be run,
 * fails or takes too long.
 */
export async function runTool(run: ToolRun): Promise<void> {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const child = spawn(run.command, [...run.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: run.env ?? process.env,
    timeout: run.timeoutMs,
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    ...(run.uid === undefined ? {} : { uid: run.uid }),
    ...(run.gid === undefined ? {} : { gid: run.gid }),
  });
  // A program that does not read its input may have ended before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(run.input ?? '');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_CHARS_MAX);
    });
  }
  const endWithUs = () => child.kill();
  process.once('exit', endWithUs);
  const progress = setInterval(
    () => run.say(`${run.doing}, ${seconds()} s so far`),
    PROGRESS_EVERY_MS,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new Error(`${run.command} cannot be run: ${error.message}`)),
      );
      child.once('close', (code, signal) => {
        if (code === 0) return resolve();
        const how = signal ? `was ended by ${signal} after ${seconds()} s` : `ended with ${code}`;
        reject(
          new Error(
            `${run.command} ${run.args[0] ?? ''} ${how}: ${output.trim().split('\n').slice(-4).join(' | ')}`,
          ),
        );
      });
    });
  } finally {
    process.removeListener('exit', endWithUs);
    clearInterval(progress);
  }
}
