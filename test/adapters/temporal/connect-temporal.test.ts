import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { expect, it, onTestFinished } from 'vitest';
import { connectTemporal } from '../../../adapters/temporal/connect-temporal.ts';

/** `SERVING` and `NOT_SERVING` of grpc.health.v1. */
const SERVING = 1;
const NOT_SERVING = 2;

const asBytes = {
  requestStream: false,
  responseStream: false,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};
const SERVICE: ServiceDefinition = {
  getSystemInfo: {
    ...asBytes,
    path: '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo',
  },
  check: { ...asBytes, path: '/grpc.health.v1.Health/Check' },
};

/** A server that says of itself how it is, or nothing at all. */
async function connectTo(status: number | null) {
  const server = new Server();
  server.addService(SERVICE, {
    getSystemInfo: (_call: unknown, answer: (error: null, bytes: Buffer) => void) =>
      answer(null, Buffer.alloc(0)),
    // Field 1, a varint.
    check: (_call: unknown, answer: (error: null, bytes: Buffer) => void) => {
      if (status !== null) answer(null, Buffer.from([0x08, status]));
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const temporal = await connectTemporal({ address: `127.0.0.1:${port}`, namespace: 'default' });
  onTestFinished(async () => {
    await temporal.close();
    server.forceShutdown();
  });
  return temporal;
}

it('takes a server for there when it says that it serves', async () => {
  await (await connectTo(SERVING)).assertServing();
});

it('believes a server that says that it does not serve', async () => {
  await expect((await connectTo(NOT_SERVING)).assertServing()).rejects.toThrow('does not serve');
});

it('waits a second for one that says nothing', async () => {
  const temporal = await connectTo(null);
  const startedAt = performance.now();
  await expect(temporal.assertServing()).rejects.toThrow(/DEADLINE_EXCEEDED/);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(2_000);
});
