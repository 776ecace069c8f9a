import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describeTakenPorts, devPorts, findFreePorts, freePorts } from '../../dev/ports.ts';

function listen(host: string): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    onTestFinished(() => new Promise<void>((done) => server.close(() => done())));
    server.listen(0, host, () => resolve((server.address() as { port: number }).port));
  });
}

it.each(['127.0.0.1', '0.0.0.0'])(
  'names a taken port on %s, its holder and the variable to set',
  async (host) => {
    const port = await listen(host);
    const [sentence, ...rest] = await describeTakenPorts([
      { port, use: 'the API', variable: 'API_PORT' },
    ]);
    expect(sentence).toContain(`Port ${port} (the API) is in use by pid ${process.pid}`);
    expect(sentence).toContain('set API_PORT to a free port');
    expect(rest).toEqual([]);
  },
);

it('has nothing to say about free ports', async () => {
  const wanted = (await findFreePorts(3)).map((port) => ({ port, use: 'a test', variable: 'X' }));
  expect(await describeTakenPorts(wanted)).toEqual([]);
});

it('gives every part of a stack a port of its own', async () => {
  const ports = Object.values(await freePorts());
  expect(new Set(ports).size).toBe(ports.length);
});

it('moves a port by its variable and rejects what is no port', () => {
  expect(devPorts({ API_PORT: '9000' }).api).toBe(9000);
  expect(devPorts({}).api).toBe(8080);
  expect(() => devPorts({ REDIS_PORT: 'sixty' })).toThrow('REDIS_PORT=sixty is not a port number');
});
