import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { isOwnTemporal } from '../../dev/own-temporal.ts';
import { findFreePorts } from '../../dev/ports.ts';

const freePort = async (): Promise<number> => {
  const [port] = await findFreePorts(1);
  return port ?? expect.fail('no free port');
};

it.each(['127.0.0.1', 'localhost'])(
  "takes an address at %s where our own server would listen for our own's",
  async (host) => {
    const port = await freePort();
    const env = { TEMPORAL_PORT: String(port), TEMPORAL_ADDRESS: `${host}:${port}` };
    expect(await isOwnTemporal(env)).toBe(true);
  },
);

it("takes a server that is there for somebody else's", async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const env = { TEMPORAL_PORT: String(port), TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
  expect(await isOwnTemporal(env)).toBe(false);
});

it('takes any other address, and none, for what they say', async () => {
  const TEMPORAL_PORT = String(await freePort());
  for (const TEMPORAL_ADDRESS of ['temporal.example:7233', '127.0.0.1:1', undefined])
    expect(await isOwnTemporal({ TEMPORAL_PORT, TEMPORAL_ADDRESS })).toBe(false);
});
