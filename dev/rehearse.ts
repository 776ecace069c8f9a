import { parseArgs } from 'node:util';
import { signCalls } from '../adapters/security/service-calls.ts';
import { createServiceTokenSource } from '../adapters/security/service-tokens.ts';
import { FaultMode, FaultTarget } from '../proto/gen/hub/v1/broker_pb.js';
import { findChild } from './child-pids.ts';
import { devPorts } from './ports.ts';
import { readSecrets } from './process-secrets.ts';
import { freezeTree, thawTree } from './process-tree.ts';
import { stateFolderOf } from './state-folder.ts';
import { createVenueFaults } from './venue-faults.ts';

const USAGE = `npm run rehearse -- hang|go-on|kill <part>          a name in .hub/pids
npm run rehearse -- venue <mode> [--calls <n>] [--symbol <symbol>] [--delay <ms>] [--target <call>]
  mode    ${Object.keys(FaultMode).filter(isName).join(' ')}
  target  ${Object.keys(FaultTarget).filter(isName).join(' ')}`;

const stateDir = stateFolderOf(process.env);

/** The names that a generated enum has beside its numbers. */
function isName(key: string): boolean {
  return Number.isNaN(Number(key)) && key !== 'UNSPECIFIED';
}

async function disturb(verb: 'hang' | 'go-on' | 'kill', part: string): Promise<string> {
  const pid = findChild(stateDir, part);
  if (pid === null) throw new Error(`${part} does not run here: see the names in .hub/pids`);
  if (verb === 'hang') await freezeTree(pid);
  else if (verb === 'go-on') await thawTree(pid);
  else process.kill(pid, 'SIGKILL');
  return `${part} (pid ${pid}): ${verb}`;
}

async function setFault(
  mode: string,
  options: { calls?: string; symbol?: string; delay?: string; target?: string },
): Promise<string> {
  const target = options.target ?? 'UNSPECIFIED';
  if (!isKey(FaultMode, mode) || !isKey(FaultTarget, target)) throw new Error(USAGE);
  const secret = readSecrets(process.env, stateDir).BROKER_SERVICE_SECRET;
  const token = createServiceTokenSource('rehearsal', {
    ...{ secret, audience: 'paper-broker', clock: Date.now },
  });
  const baseUrl = `http://127.0.0.1:${devPorts(process.env).paperBroker}`;
  const setVenueFault = createVenueFaults(baseUrl, signCalls(token));
  await setVenueFault({
    mode,
    calls: Number(options.calls ?? 0),
    delayMs: Number(options.delay ?? 0),
    symbol: options.symbol ?? '',
    target,
  });
  return `venue: ${mode}`;
}

const isKey = <T extends object>(names: T, name: string): name is Extract<keyof T, string> =>
  name in names && Number.isNaN(Number(name));

/** `npm run rehearse`: makes trouble on purpose; docs/REHEARSAL.md says which and what to see. */
try {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { calls: text, symbol: text, delay: text, target: text },
  });
  const [verb, name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new Error(USAGE);
  if (verb === 'venue') console.log(await setFault(name, values));
  else if (verb === 'hang' || verb === 'go-on' || verb === 'kill')
    console.log(await disturb(verb, name));
  else throw new Error(USAGE);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
