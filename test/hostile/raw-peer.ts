import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const TICK_MS = 100;

export interface RawPeer {
  readonly socket: Socket;
  /** All that was heard so far, as Latin-1. */
  heard(): string;
  /** When the other side has ended or reset the connection, or ours was destroyed. */
  readonly ended: Promise<void>;
}

/**
 * A TCP connection that says what it is told and nothing else; it stays half open when the other
 * side ends it.
 */
export async function openRaw(port: number, localAddress: string): Promise<RawPeer> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve).once('close', () => resolve());
    socket.on('error', () => resolve());
  });
  await Promise.race([once(socket, 'connect'), ended]);
  return { socket, heard: () => Buffer.concat(chunks).toString('latin1'), ended };
}

/** Says it and gives the answer up to the end of the connection, or up to the time. */
export async function askRaw(
  port: number,
  localAddress: string,
  words: string | Buffer,
  timeoutMs = 20_000,
): Promise<string> {
  const peer = await openRaw(port, localAddress);
  peer.socket.write(words);
  const answered = new AbortController();
  await Promise.race([peer.ended, pause(timeoutMs, answered.signal)]);
  answered.abort();
  peer.socket.destroy();
  return peer.heard();
}

/**
 * Waits, or stops waiting when the signal aborts. The clock stands while this process is held up:
 * an attacker who gets no processor does not say that the other side is late.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  while (left > 0 && !signal.aborted) {
    await tick(Math.min(left, TICK_MS), signal);
    left -= TICK_MS;
  }
}

function tick(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** `count` of them at once; those that could be opened. */
export const openMany = async (
  count: number,
  port: number,
  localAddress: string,
): Promise<RawPeer[]> =>
  Promise.all(Array.from({ length: count }, () => openRaw(port, localAddress)));

export const destroyAll = (peers: readonly RawPeer[]): void => {
  for (const { socket } of peers) socket.destroy();
};
