import { parseArgs } from 'node:util';
import { killOrphans, stopOrphans } from './child-pids.ts';
import { shortenLine } from './console-lines.ts';
import { readOperatorAccess } from './operator-access.ts';
import { isOwnTemporal } from './own-temporal.ts';
import { describeTakenPorts, devPorts, PORTS, type PortName, type Ports } from './ports.ts';
import { type Stack, startStack } from './stack.ts';
import { stateFolderOf } from './state-folder.ts';
import { type SupervisorLock, takeSupervisorLock } from './supervisor-lock.ts';
import { warnOfTroubles } from './warn-of-troubles.ts';
import { welcome } from './welcome.ts';

const NAME_WIDTH = 12;
const WORKER_PROCESSES_MAX = 16;
const SAME_SIGNAL_MS = 1_000;

const USES: Readonly<Record<PortName, string>> = {
  api: 'the API',
  apiH2c: 'gRPC of the API',
  marketData: 'market data',
  paperBroker: 'the paper broker',
  apiMetrics: "the API's metrics",
  marketDataMetrics: "market data's metrics",
  paperBrokerMetrics: "the paper broker's metrics",
  workersMetrics: "the workers' metrics",
  temporal: 'Temporal',
  temporalUi: 'the Temporal UI',
  postgres: 'Postgres',
  redis: 'Redis',
};

const say = (name: string, line: string): void => console.log(`${name.padEnd(NAME_WIDTH)} ${line}`);

function readArguments(): { fresh: boolean; stateDir: string; workerProcesses: number } {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const workerProcesses = Number(process.env.WORKER_PROCESSES || 1);
  if (
    !Number.isInteger(workerProcesses) ||
    workerProcesses < 1 ||
    workerProcesses > WORKER_PROCESSES_MAX
  ) {
    throw new Error(
      `WORKER_PROCESSES=${process.env.WORKER_PROCESSES} must be a whole number from 1 to ${WORKER_PROCESSES_MAX}`,
    );
  }
  return {
    fresh: values.fresh,
    stateDir: stateFolderOf(process.env),
    workerProcesses,
  };
}

/** All ports are looked at before anything is started, so that one message names every conflict. */
async function checkPorts(ports: Ports, workerProcesses: number): Promise<void> {
  const external: Partial<Record<PortName, boolean>> = {
    postgres: Boolean(process.env.DATABASE_URL),
    redis: Boolean(process.env.REDIS_URL),
    temporal: Boolean(process.env.TEMPORAL_ADDRESS),
    temporalUi: Boolean(process.env.TEMPORAL_ADDRESS),
  };
  const own = (Object.keys(PORTS) as PortName[]).filter((name) => !external[name]);
  const wanted = own.map((name) => ({
    port: ports[name],
    use: USES[name],
    variable: PORTS[name].variable,
  }));
  const furtherWorkers = Array.from({ length: workerProcesses - 1 }, (_, index) => ({
    port: ports.workersMetrics + index + 1,
    use: `the metrics of worker ${index + 2}`,
    variable: PORTS.workersMetrics.variable,
  }));
  const all = [...wanted, ...furtherWorkers];
  const twice = all.find(
    (one, index) => all.findIndex((other) => other.port === one.port) !== index,
  );
  if (twice)
    throw new Error(
      `Port ${twice.port} is given to two uses, one of them ${twice.use}: set ${twice.variable} to another port.`,
    );
  const taken = await describeTakenPorts(all);
  if (taken.length > 0) throw new Error(taken.join('\n'));
}

/**
 * Aborts at the first Ctrl-C or SIGTERM; the second one kills what is left and ends at once. One
 * Ctrl-C in a terminal arrives up to three times, from the terminal, from npm and from the
 * bootstrap, so what follows within a second is the same one.
 */
function listenForStop(stateDir: string): AbortController {
  const stop = new AbortController();
  let firstAt = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      say('hub', `${signal}: stopping; once more to force it`);
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      say('hub', 'forced');
      killOrphans(stateDir);
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.on('uncaughtException', (error) => {
    console.error(error);
    killOrphans(stateDir);
    process.exit(1);
  });
  return stop;
}

/** Whatever `npm run status` would say is wrong. */
async function warnOf(stack: Stack, signal: AbortSignal): Promise<void> {
  try {
    const access = readOperatorAccess({ ...process.env, HUB_URL: stack.urls.api });
    await warnOfTroubles(access, say, signal);
  } catch (error) {
    say('hub', `how the parts are is not known. ${(error as Error).message}`);
  }
}

async function run(): Promise<number> {
  const startedAt = performance.now();
  const { fresh, stateDir, workerProcesses } = readArguments();
  const lock: SupervisorLock = takeSupervisorLock(stateDir, (line) => say('hub', line));
  const stop = listenForStop(stateDir);
  let stack: Stack | undefined;
  try {
    await stopOrphans(stateDir, (line) => say('hub', line));
    if (await isOwnTemporal(process.env)) delete process.env.TEMPORAL_ADDRESS;
    if (fresh && process.env.DATABASE_URL)
      say('hub', '--fresh leaves the database at DATABASE_URL as it is');
    await checkPorts(devPorts(process.env), workerProcesses);
    // What children say while they are being stopped is in their logs.
    const onLine = (name: string, line: string) => {
      const short = stop.signal.aborted ? null : shortenLine(name, line);
      if (short !== null) say(name, short);
    };
    const options = {
      stateDir,
      ports: 'dev',
      headless: false,
      fresh,
      workerProcesses,
      keepAlive: true,
      say,
      onLine,
    } as const;
    stack = await startStack(options, stop.signal);
    console.log(welcome(stack, ((performance.now() - startedAt) / 1000).toFixed(1)));
    void warnOf(stack, stop.signal);
    await new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve();
      else stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  } finally {
    await stack?.stop();
    lock.release();
    if (stop.signal.aborted) say('hub', 'stopped');
  }
}

// A closed terminal or pipe must not end the supervisor before it has stopped its children.
process.stdout.on('error', () => {});

try {
  process.exitCode = await run();
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
// Whatever still waits (a tool being fetched, an open socket) ends here.
process.exit();
