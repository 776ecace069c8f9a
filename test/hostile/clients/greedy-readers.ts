import { emptyMessage, greeting, grpcCall, LOGIN_PATH, streamId } from '../http2-frames.ts';
import { destroyAll, openMany, pause } from '../raw-peer.ts';
import { findPort, type HostileClient } from '../target.ts';

const CONNECTIONS = 20;
const PIPELINED = 800;
const STREAMS = 100;
const HOLD_MS = 25_000;

/** Connections with 800 pipelined requests for the largest file, of which nothing is read. */
export const unreadPipelines: HostileClient = {
  name: 'unread pipelines',
  async run(target, signal) {
    const requests = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: hub\r\n\r\n'.repeat(
      PIPELINED,
    );
    while (!signal.aborted) {
      const peers = await openMany(CONNECTIONS, findPort(target, 'api'), target.localAddress);
      for (const { socket } of peers) socket.pause().write(requests);
      await pause(HOLD_MS, signal);
      destroyAll(peers);
    }
  },
};

/** Sessions that ask, and leave the window for the answers shut (RFC 9113, 6.9.2). */
export const shutWindows: HostileClient = {
  name: 'shut windows',
  async run(target, signal) {
    while (!signal.aborted) {
      const peers = await openMany(CONNECTIONS, findPort(target, 'apiH2c'), target.localAddress);
      for (const { socket } of peers) {
        socket.write(greeting(0));
        for (let index = 0; index < STREAMS; index += 1) {
          socket.write(
            Buffer.concat([grpcCall(streamId(index), LOGIN_PATH), emptyMessage(streamId(index))]),
          );
        }
      }
      await pause(HOLD_MS, signal);
      destroyAll(peers);
    }
  },
};
