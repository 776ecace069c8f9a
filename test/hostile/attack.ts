import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../../dev/ports.ts';
import { hostileClients } from './hostile-clients.ts';
import { createHostileTarget } from './hostile-target.ts';
import type { HostileClient, HostileTarget } from './target.ts';

// All hostile clients at once, in a process of their own so that they do not slow who measures. It
// is told what to do by one message, tells of each wrong answer by one, and ends when its parent
// disconnects.

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What the process is told. */
export interface Attack {
  readonly ports: Ports;
  readonly seed: number;
  /** Of customers, one for each client. */
  readonly customers: readonly Credentials[];
}

const AGAIN_MS = 1_000;
const { PRIORITY_LOW } = constants.priority;
const AUTOGROUP = '/proc/self/autogroup';

// Attackers bring machines of their own; on this one they get what is left. Linux weighs sessions
// of processes against one another first (sched(7), autogroup): there a process's own niceness says
// nothing.
setPriority(PRIORITY_LOW);
if (existsSync(AUTOGROUP)) writeFileSync(AUTOGROUP, String(PRIORITY_LOW));
const stop = new AbortController();
process.once('message', async (attack: Attack) => {
  const targets: [HostileClient, HostileTarget][] = [];
  for (const [index, client] of hostileClients(attack.seed).entries()) {
    const customer = attack.customers[index];
    if (customer === undefined) throw new RangeError(`there is no customer for ${client.name}`);
    const target = createHostileTarget(attack.ports, client.name, () =>
      logIn(attack.ports.api, customer),
    );
    // Before the first attack begins, which leaves this process little time to send a body in.
    await target.token();
    targets.push([client, target]);
  }
  for (const [client, target] of targets) void repeat(client, target);
});
process.once('disconnect', () => stop.abort());

/** A client that is wrongly answered says so and goes on. */
async function repeat(client: HostileClient, target: HostileTarget): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await client.run(target, stop.signal);
    } catch (error) {
      // What fails because the attack is over says nothing.
      if (stop.signal.aborted) return;
      process.send?.(`${client.name}: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(AGAIN_MS);
    }
  }
}

async function logIn(port: number, credentials: Credentials): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const url = `http://127.0.0.1:${port}/v1/auth/login`;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(credentials) });
  const { accessToken } = (await response.json()) as { accessToken?: string };
  if (accessToken === undefined) throw new Error(`login answered ${response.status}`);
  return accessToken;
}
