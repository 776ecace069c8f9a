import { createServer, type Server } from 'node:http';
import type { TestProject } from 'vitest/node';
import { createSharedServices, type SharedServices } from '../../dev/test-services.ts';

const HEARTBEAT_MS = 10_000;

declare module 'vitest' {
  interface ProvidedContext {
    sharedServicesUrl: string;
  }
}

/**
 * Starts no service: it opens the door at which test files ask for one (test/support/services.ts), so a run of pure tests costs
 * nothing and a run of all of them starts each service once.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const services = await createSharedServices(process.env, (line) => process.stdout.write(`${line}\n`));
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    // Leading blanks are legal JSON and keep the caller's fetch alive while a first run builds a tool for minutes.
    const heartbeat = setInterval(() => response.write(' '), HEARTBEAT_MS);
    const finish = (body: object) => {
      clearInterval(heartbeat);
      response.end(JSON.stringify(body));
    };
    answer(services, request.url ?? '').then(
      (value) => finish({ value }),
      (error: Error) => finish({ error: error.message }),
    );
  });
  project.provide('sharedServicesUrl', await listen(server));
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await services.stop();
  };
}

async function answer(services: SharedServices, path: string): Promise<unknown> {
  switch (path) {
    case '/database/migrated':
      return services.createDatabase('migrated');
    case '/database/empty':
      return services.createDatabase('empty');
    case '/redis':
      return services.redis();
    case '/temporal':
      return services.temporal();
    case '/stack-folder':
      return services.stackFolder();
    case '/time-skipping':
      return services.timeSkipping();
    default:
      throw new Error(`there is no service ${path}`);
  }
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`));
  });
}
