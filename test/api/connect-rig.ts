import { ConnectError } from '@connectrpc/connect';
import { afterEach } from 'vitest';
import { createHubClient } from '../../clients/hub-client.ts';
import { ErrorInfoSchema } from '../../proto/gen/hub/v1/error_pb.js';
import { type ApiRig, type ApiRigOptions, createApiRig } from './api-rig.ts';

type Listening = Awaited<ReturnType<ApiRig['listen']>>;

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

/** The real edge on two free ports, closed after the test, and a client of it. */
export async function serve(options: ApiRigOptions = {}) {
  const rig = await createApiRig(options);
  const server = await rig.listen();
  open.push(server);
  return {
    rig,
    server,
    hub: createHubClient({ baseUrl: server.httpUrl, token: rig.customerToken }),
  };
}

/** The code, the stable code and the request's id of a call that must fail. */
export async function failureOf(call: Promise<unknown>) {
  const error = ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (reason: unknown) => reason,
    ),
  );
  const info = error.findDetails(ErrorInfoSchema)[0];
  return {
    code: error.code,
    reason: info?.code,
    requestId: info?.requestId,
    message: error.rawMessage,
    facts: info?.facts,
    orderId: info?.orderId,
  };
}
