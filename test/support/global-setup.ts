import { createServer, type Server } from 'node:http';
import {
  createSharedServices,
  type FolderKind,
  type SharedServices,
} from '../../dev/test-services.ts';
import { SERVICES_URL } from './services.ts';
import { createStackPool, type StackKind, type StackPool } from './stack-pool.ts';

const HEARTBEAT_MS = 10_000;

interface Offer {
  services: SharedServices;
  stacks: StackPool;
  makeBundles: () => Promise<void>;
}

/**
 * Starts no service: it opens the door at which test files ask for one (test/support/services.ts),
 * so a run of pure tests costs nothing and a run of all of them starts each service once.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const services = await createSharedServices(process.env, (line) =>
    process.stdout.write(`${line}\n`),
  );
  let bundles: Promise<void> | undefined;
  const makeBundles = () => {
    bundles ??= bundleAll();
    return bundles;
  };
  const stacks = createStackPool(async () => {
    await makeBundles();
    return services.stackFolder('prepared');
  });
  const offer: Offer = { services, stacks, makeBundles };
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    // Leading blanks are legal JSON and keep the caller's fetch alive while a first run builds a
    // tool for minutes.
    const heartbeat = setInterval(() => response.write(' '), HEARTBEAT_MS);
    const finish = (body: object) => {
      clearInterval(heartbeat);
      response.end(JSON.stringify(body));
    };
    answer(offer, (request.url ?? '').slice(1)).then(
      (value) => finish({ value }),
      (error: Error) => finish({ error: error.message }),
    );
  });
  process.env[SERVICES_URL] = await listen(server);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await stacks.stop();
    await services.stop();
  };
}

async function answer(offer: Offer, path: string): Promise<unknown> {
  const { services, stacks, makeBundles } = offer;
  const [name, ...args] = path.split('/');
  switch (name) {
    case 'database':
      return services.createDatabase(args[0] === 'migrated' ? 'migrated' : 'empty');
    case 'redis':
      return services.redis();
    case 'temporal':
      return services.temporal();
    case 'folder':
      return services.stackFolder(args[0] as FolderKind);
    case 'workflow-bundles':
      return makeBundles();
    case 'start-time-skipping':
      return services.startTimeSkipping();
    case 'stop-time-skipping':
      return services.stopTimeSkipping(Number(args[0]));
    case 'lease':
      return stacks.lease(args[0] as StackKind);
    case 'move-prices':
      return stacks.restart(Number(args[0]), 'market-data');
    case 'give-back':
      return stacks.giveBack(Number(args[0]));
    default:
      throw new Error(`there is no service ${path}`);
  }
}

/** Loaded only here: a run of pure tests has no use for webpack. */
async function bundleAll(): Promise<void> {
  const { DefaultLogger } = await import('@temporalio/worker');
  const { bundleWorkflows } = await import('../../workers/bundle-workflows.ts');
  const quick = await import('../histories/quick-bundle.ts');
  const logger = new DefaultLogger('ERROR');
  await bundleWorkflows(logger);
  await quick.bundleWorkflows(logger);
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
    );
  });
}
