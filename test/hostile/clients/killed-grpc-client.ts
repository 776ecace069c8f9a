import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pause } from '../raw-peer.ts';
import { findPort, type HostileClient } from '../target.ts';

const PROGRAM = fileURLToPath(new URL('../quote-streams.ts', import.meta.url));
const STREAMS = 1_000;
/** At least so many are open before it is killed; a customer is not given all. */
const GRANTED = 50;
const FROZEN_MS = 25_000;

/**
 * A real gRPC client in its own process that asks for a thousand quote streams: killed, then
 * frozen, then killed again.
 */
export const killedGrpcClient: HostileClient = {
  name: 'killed gRPC client',
  async run(target, signal) {
    const port = findPort(target, 'marketData');
    for (let round = 0; !signal.aborted; round += 1) {
      const child = spawn(
        process.execPath,
        [PROGRAM, String(port), String(STREAMS), String(GRANTED), await target.token()],
        {
          stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        },
      );
      const exited = once(child, 'exit');
      if (child.stdout === null) throw new Error('the gRPC client has no output');
      const opened = once(createInterface({ input: child.stdout }), 'line');
      const [line] = await Promise.race([opened, pause(30_000, signal).then(() => ['nothing'])]);
      if (round % 2 === 1) {
        child.kill('SIGSTOP');
        await pause(FROZEN_MS, signal);
      }
      child.kill('SIGKILL');
      await exited;
      if (line !== 'the streams are open' && !signal.aborted)
        throw new Error(`the quote streams could not be opened: ${line}`);
      await pause(500, signal);
    }
  },
};
