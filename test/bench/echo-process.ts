import { setTimeout as sleep } from 'node:timers/promises';
import { serveJobs } from '../../bench/job-process.ts';

export type EchoJobs = {
  echo: (params: { text: string; delayMs: number }) => Promise<string>;
  fail: (message: string) => Promise<never>;
  exit: (code: number) => Promise<never>;
};

serveJobs({
  echo: async ({ text, delayMs }) => {
    await sleep(delayMs);
    return text;
  },
  fail: async (message) => {
    throw new Error(message);
  },
  exit: async (code) => process.exit(code),
} satisfies EchoJobs);
