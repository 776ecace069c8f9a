import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { createManagedProcess } from '../managed-process.ts';
import { withoutPassword } from '../without-password.ts';
import { findOnPath } from './cache-folders.ts';
import { runTool } from './run-tool.ts';
import {
  createExternalService,
  createOwnService,
  type Say,
  type Service,
  type ServiceStart,
} from './service.ts';

export type RedisSource =
  | { kind: 'external'; url: string }
  | { kind: 'server'; executable: string; how: string }
  | { kind: 'none' };

/**
 * Finds Redis: REDIS_URL, else redis-server or valkey-server on PATH, else (root on Debian) apt-get
 * installs it. `none` is an answer, not an error: Redis holds nothing that cannot be lost, so all
 * works without it, slower.
 */
export async function resolveRedis(env: NodeJS.ProcessEnv, say: Say): Promise<RedisSource> {
  if (env.REDIS_URL) {
    say(`Redis: REDIS_URL (${withoutPassword(env.REDIS_URL)})`);
    return { kind: 'external', url: env.REDIS_URL };
  }
  const found = findServer(env);
  if (found) {
    say(`Redis: ${found.how}`);
    return found;
  }
  const installed = await installWithApt(env, say);
  if (installed) return installed;
  say(
    'Redis: none. All works, slower. Install redis-server or set REDIS_URL to have the quote cache and shared rate limits.',
  );
  return { kind: 'none' };
}

/** Starts Redis and waits for its PONG; `null` when there is none. Nothing is kept on disk. */
export async function startRedis(
  source: RedisSource,
  start: ServiceStart,
): Promise<{ service: Service; url: string } | null> {
  if (source.kind === 'none') return null;
  if (source.kind === 'external') {
    const { hostname, port } = new URL(source.url);
    const service = createExternalService('redis', 'REDIS_URL', async () => {
      if (!(await answersOnPort(hostname, Number(port || 6379))))
        throw new Error(
          `REDIS_URL (${withoutPassword(source.url)}) does not answer: start that Redis or unset REDIS_URL.`,
        );
    });
    await service.start();
    return { service, url: source.url };
  }
  const address = ['--bind', '127.0.0.1', '--port', String(start.port)];
  const bounds = [
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory',
    '64mb',
    '--maxmemory-policy',
    'allkeys-lru',
    '--loglevel',
    'warning',
  ];
  const process = createManagedProcess({
    ...start,
    name: 'redis',
    command: source.executable,
    args: [...address, ...bounds],
    readyTimeoutMs: 20_000,
    isReady: () => answersPing('127.0.0.1', start.port),
  });
  await process.start();
  return { service: createOwnService(process, source.how), url: `redis://127.0.0.1:${start.port}` };
}

function findServer(env: NodeJS.ProcessEnv): Extract<RedisSource, { kind: 'server' }> | null {
  for (const program of ['redis-server', 'valkey-server']) {
    const executable = findOnPath(program, env.PATH);
    if (executable)
      return { kind: 'server', executable, how: `${program} on PATH (${executable})` };
  }
  return null;
}

async function installWithApt(env: NodeJS.ProcessEnv, say: Say): Promise<RedisSource | null> {
  const apt = findOnPath('apt-get', env.PATH);
  if (!apt || userInfo().uid !== 0) return null;
  say('Redis: not on PATH, installing redis-server with apt-get');
  const options = {
    command: apt,
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: 180_000,
    doing: 'apt-get installs redis-server',
    say,
  };
  // The package may start a server of its own on 6379; ours runs beside it on another port.
  const install = [
    'install',
    '-y',
    '--no-install-recommends',
    '-o',
    'Dpkg::Use-Pty=0',
    'redis-server',
  ];
  try {
    await runTool({ ...options, args: ['update', '-qq'] });
    await runTool({ ...options, args: install });
  } catch (error) {
    say(`Redis: apt-get could not install it (${(error as Error).message})`);
    return null;
  }
  return findServer(env);
}

/** Sends PING and waits for the simple string PONG. */
function answersPing(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 }, () => socket.write('PING\r\n'));
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => settle(data.toString().startsWith('+PONG')));
    socket.once('error', () => settle(false)).once('timeout', () => settle(false));
  });
}

/** An external Redis may ask for a password or TLS first, so an open port has to do. */
function answersOnPort(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
