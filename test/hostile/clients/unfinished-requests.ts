import { FLAG, FRAME, frame, greeting, grpcCall, LOGIN_PATH, streamId } from '../http2-frames.ts';
import { destroyAll, openMany, openRaw, pause } from '../raw-peer.ts';
import type { HostileClient, HostileTarget, Port } from '../target.ts';

const SESSIONS = 40;
const STREAMS_PER_SESSION = 500;
const HOLD_MS = 20_000;
const TRICKLE_MS = 500;
/** Every limit of time has passed by then. */
const ENDED_BY_MS = 35_000;

/** 20,000 streams on each port of HTTP/2 whose body never comes. */
export const unfinishedStreams: HostileClient = {
  name: 'unfinished streams',
  async run(target, signal) {
    const calls = Buffer.concat(
      Array.from({ length: STREAMS_PER_SESSION }, (_, index) =>
        grpcCall(streamId(index), LOGIN_PATH),
      ),
    );
    const attack = async ({ port }: Port): Promise<void> => {
      const peers = await openMany(SESSIONS, port, target.localAddress);
      for (const { socket } of peers)
        if (socket.writable) socket.write(Buffer.concat([greeting(), calls]));
      await pause(HOLD_MS, signal);
      destroyAll(peers);
    };
    while (!signal.aborted)
      await Promise.all(target.ports.filter(({ http2 }) => http2).map(attack));
  },
};

/**
 * Heads and bodies that come byte by byte, on all ports and both protocols: each connection or
 * stream must be ended by the other side.
 */
export const tricklers: HostileClient = {
  name: 'tricklers',
  async run(target, signal) {
    while (!signal.aborted)
      await Promise.all(
        target.ports.flatMap((port) =>
          waysOf(port).map((way) => trickle(target, port, way, signal)),
        ),
      );
  },
};

interface Way {
  readonly name: string;
  readonly begin: Buffer;
  readonly drop: Buffer;
}

function waysOf({ http2 }: Port): Way[] {
  const head = `POST ${LOGIN_PATH} HTTP/1.1\r\nHost: hub\r\n`;
  const http1 = [
    { name: 'head', begin: Buffer.from(`${head}X: `), drop: Buffer.from('x') },
    {
      name: 'body',
      begin: Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n`),
      drop: Buffer.from(' '),
    },
  ];
  if (!http2) return http1;
  return [
    ...http1,
    // HEADERS of 1,000 bytes without END_HEADERS.
    {
      name: 'HEADERS',
      begin: Buffer.concat([
        greeting(),
        frame(FRAME.HEADERS, 0, 1, Buffer.alloc(1_000)).subarray(0, 9),
      ]),
      drop: Buffer.from([0]),
    },
    // DATA of 1,000 bytes.
    {
      name: 'DATA',
      begin: Buffer.concat([
        greeting(),
        grpcCall(1, LOGIN_PATH),
        frame(FRAME.DATA, 0, 1, Buffer.alloc(1_000)).subarray(0, 9),
      ]),
      drop: Buffer.from([0]),
    },
  ];
}

async function trickle(
  { localAddress }: HostileTarget,
  { port, name }: Port,
  way: Way,
  signal: AbortSignal,
): Promise<void> {
  const peer = await openRaw(port, localAddress);
  peer.socket.write(way.begin);
  const timer = setInterval(() => peer.socket.writable && peer.socket.write(way.drop), TRICKLE_MS);
  const outcome = await Promise.race([
    peer.ended.then(() => 'ended'),
    pause(ENDED_BY_MS, signal).then(() => 'late'),
  ]);
  clearInterval(timer);
  peer.socket.destroy();
  if (outcome === 'late' && !signal.aborted)
    throw new Error(`${name} bears a trickled ${way.name} for more than ${ENDED_BY_MS} ms`);
}

/**
 * Small bodies in whole frames, with PINGs answered, so that only the limit of the request can end
 * them: by RST_STREAM.
 */
export const slowStreams: HostileClient = {
  name: 'slow streams',
  async run(target, signal) {
    const ports = target.ports.filter(({ http2 }) => http2);
    while (!signal.aborted) await Promise.all(ports.map((port) => dripBody(target, port, signal)));
  },
};

async function dripBody(
  { localAddress }: HostileTarget,
  { port, name }: Port,
  signal: AbortSignal,
): Promise<void> {
  const { socket, ended } = await openRaw(port, localAddress);
  const reset = new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      for (const { type, payload } of framesIn(bytes)) {
        if (type === FRAME.RST_STREAM) resolve();
        if (type === FRAME.PING && socket.writable)
          socket.write(frame(FRAME.PING, FLAG.ACK, 0, payload));
      }
    });
  });
  socket.write(Buffer.concat([greeting(), grpcCall(1, LOGIN_PATH)]));
  const timer = setInterval(
    () => socket.writable && socket.write(frame(FRAME.DATA, 0, 1, Buffer.from([0]))),
    TRICKLE_MS,
  );
  const outcome = await Promise.race([reset, ended, pause(ENDED_BY_MS, signal).then(() => 'late')]);
  clearInterval(timer);
  socket.destroy();
  if (outcome === 'late' && !signal.aborted)
    throw new Error(`${name} bears a slow body for more than ${ENDED_BY_MS} ms`);
}

/** The frames that lie whole in these bytes. */
function* framesIn(bytes: Buffer): Generator<{ type: number; payload: Buffer }> {
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    yield {
      type: bytes.readUInt8(at + 3),
      payload: bytes.subarray(at + 9, at + 9 + bytes.readUIntBE(at, 3)),
    };
  }
}
