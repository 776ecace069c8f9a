import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createManagedProcess } from '../managed-process.ts';
import { findInCaches, findOnPath, projectCacheFile, shareTool } from './cache-folders.ts';
import { runTool } from './run-tool.ts';
import { downloadSdkTool } from './sdk-download.ts';
import {
  createExternalService,
  createOwnService,
  type Say,
  type Service,
  type ServiceStart,
} from './service.ts';
import {
  ensureSearchAttributes,
  hasNamespace,
  SEARCH_ATTRIBUTES,
  setRetention,
} from './temporal-namespace.ts';

const CLI_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const BUILD_TIMEOUT_MS = 20 * 60_000;

/**
 * Without these a chain of tasks waits up to 50 ms a step: the default of 20 polls a second is per
 * shard and the dev server has one. Eager activities start with the workflow task's completion,
 * with no dispatch in between.
 */
const DYNAMIC_CONFIG = [
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'system.enableActivityEagerExecution=true',
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
];

/** A SQLite file without these syncs each transaction: about four times slower. */
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];

export type TemporalSource =
  | { kind: 'external'; address: string }
  | { kind: 'cli'; executable: string; how: string };

/**
 * Finds Temporal: TEMPORAL_ADDRESS, else `temporal` on PATH or in a cache, else the CLI that the
 * SDK downloads, else `go install` (3 to 4 minutes on 2 cores, once). Throws a sentence that says
 * what to install when none can be had.
 */
export async function resolveTemporal(env: NodeJS.ProcessEnv, say: Say): Promise<TemporalSource> {
  if (env.TEMPORAL_ADDRESS) {
    say(`Temporal: TEMPORAL_ADDRESS (${env.TEMPORAL_ADDRESS})`);
    return { kind: 'external', address: env.TEMPORAL_ADDRESS };
  }
  const onPath = findOnPath('temporal', env.PATH);
  const ready = onPath ?? findInCaches('bin', 'temporal');
  if (ready) {
    say(`Temporal: ${ready}`);
    return { kind: 'cli', executable: ready, how: ready };
  }
  const target = projectCacheFile('bin', 'temporal');
  if (!(await isFetched(target, say))) await buildCli(env, target, say);
  try {
    shareTool(target, 'bin', 'temporal');
  } catch (error) {
    say(`Temporal: not shared with other checkouts (${(error as Error).message})`);
  }
  say(`Temporal: ${target}`);
  return { kind: 'cli', executable: target, how: target };
}

async function isFetched(target: string, say: Say): Promise<boolean> {
  say('Temporal: not on PATH, asking for the CLI that the SDK downloads (20 s at most)');
  try {
    await downloadSdkTool('cli', target, (line) => say(`Temporal: ${line}`));
    return true;
  } catch (error) {
    say(`Temporal: no download (${(error as Error).message})`);
    return false;
  }
}

async function buildCli(env: NodeJS.ProcessEnv, target: string, say: Say): Promise<void> {
  const advice =
    'Install the Temporal CLI (https://docs.temporal.io/cli) or Go, or set TEMPORAL_ADDRESS to a running server.';
  const go = findOnPath('go', env.PATH);
  if (!go)
    throw new Error(
      `Temporal cannot be had: no CLI on PATH, no download, no Go to build it with. ${advice}`,
    );
  say(`Temporal: building it once with go install ${CLI_MODULE}, 3 to 4 minutes on 2 cores`);
  mkdirSync(dirname(target), { recursive: true });
  try {
    await runTool({
      command: go,
      args: ['install', CLI_MODULE],
      env: { ...env, GOBIN: dirname(target) },
      timeoutMs: BUILD_TIMEOUT_MS,
      doing: 'Temporal: building the CLI',
      say,
    });
  } catch (error) {
    throw new Error(`Temporal cannot be had: ${(error as Error).message}. ${advice}`, {
      cause: error,
    });
  }
}

export interface TemporalStart extends ServiceStart {
  readonly namespace: string;
  /** `null`: no web UI. */
  readonly uiPort: number | null;
  /**
   * From so many events on the server suggests to a workflow that it continue as new; 4,096 unless
   * said.
   */
  readonly suggestedEventsMax?: number | undefined;
  /** Closed workflows are kept for so long; the dev server's own is a day. */
  readonly retentionDays?: number | undefined;
}

/**
 * Starts the dev server, or uses the external one, and waits until its namespace answers and has
 * our search attributes.
 */
export async function startTemporal(
  source: TemporalSource,
  start: TemporalStart,
): Promise<{ service: Service; address: string }> {
  if (source.kind === 'external') {
    const service = createExternalService('temporal', 'TEMPORAL_ADDRESS', async () => {
      if (!(await hasNamespace(source.address, start.namespace)))
        throw new Error(
          `TEMPORAL_ADDRESS (${source.address}) does not answer for namespace ${start.namespace}: start it or unset TEMPORAL_ADDRESS.`,
        );
      await ensureSearchAttributes(source.address, start.namespace);
    });
    await service.start();
    return { service, address: source.address };
  }
  mkdirSync(start.dataDir, { recursive: true, mode: 0o700 });
  const address = `127.0.0.1:${start.port}`;
  const process = createManagedProcess({
    ...start,
    name: 'temporal',
    command: source.executable,
    args: serverArguments(start),
    readyTimeoutMs: 60_000,
    isReady: () => hasNamespace(address, start.namespace),
  });
  await process.start();
  if (start.retentionDays !== undefined)
    await setRetention(address, start.namespace, start.retentionDays);
  return { service: createOwnService(process, source.how), address };
}

const dynamicConfig = ({ suggestedEventsMax }: TemporalStart): string[] =>
  suggestedEventsMax === undefined
    ? DYNAMIC_CONFIG
    : [...DYNAMIC_CONFIG, `limit.historyCount.suggestContinueAsNew=${suggestedEventsMax}`];

function serverArguments(start: TemporalStart): string[] {
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(start.port),
      '--log-level',
      'error',
    ],
    ...['--namespace', start.namespace, '--db-filename', join(start.dataDir, 'temporal.db')],
    ...(start.uiPort === null ? ['--headless'] : ['--ui-port', String(start.uiPort)]),
    ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...dynamicConfig(start).flatMap((value) => ['--dynamic-config-value', value]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
  ];
}
