import { emptyMessage, greeting, grpcCall, STREAM_PATH, streamId } from '../http2-frames.ts';
import { destroyAll, openRaw, pause, type RawPeer } from '../raw-peer.ts';
import { findPort, type HostileClient } from '../target.ts';

const STREAMS = 50;
/** Longer than a silent peer is borne. */
const GIVE_UP_MS = 30_000;

type Parting = (peer: RawPeer) => void;

const PARTINGS: readonly Parting[] = [
  // FIN without GOAWAY; our side goes on listening.
  ({ socket }) => socket.end(),
  ({ socket }) => socket.resetAndDestroy(),
  // A frozen process: its kernel takes what comes, nobody reads or answers.
  ({ socket }) => socket.pause(),
];

/**
 * Opens quote streams and goes: by FIN, by RST, by silence. The connection must end within 30 s in
 * each case.
 */
export const vanishingPeers: HostileClient = {
  name: 'vanishing peers',
  async run(target, signal) {
    const port = findPort(target, 'marketData');
    while (!signal.aborted) {
      const token = await target.token();
      const peers = await Promise.all(
        PARTINGS.map(() => openStreams(port, target.localAddress, token)),
      );
      await pause(500, signal);
      for (const [index, part] of PARTINGS.entries()) {
        const peer = peers[index];
        if (peer) part(peer);
      }
      await expectEnd(peers, signal);
      destroyAll(peers);
    }
  },
};

async function openStreams(port: number, localAddress: string, token: string): Promise<RawPeer> {
  const peer = await openRaw(port, localAddress);
  peer.socket.write(greeting());
  for (let index = 0; index < STREAMS; index += 1) {
    peer.socket.write(grpcCall(streamId(index), STREAM_PATH, { authorization: `Bearer ${token}` }));
    peer.socket.write(emptyMessage(streamId(index)));
  }
  return peer;
}

/** The silent one is read again to see its end. */
async function expectEnd(peers: readonly RawPeer[], signal: AbortSignal): Promise<void> {
  const allEnded = Promise.all(peers.slice(0, 2).map(({ ended }) => ended)).then(() => 'ended');
  const outcome = await Promise.race([allEnded, pause(GIVE_UP_MS, signal).then(() => 'late')]);
  if (outcome === 'late' && !signal.aborted)
    throw new Error(`a connection was open ${GIVE_UP_MS} ms after its peer had gone`);
  if (signal.aborted) return;
  const silent = peers[2];
  await pause(GIVE_UP_MS, signal);
  silent?.socket.resume();
  const end = await Promise.race([
    silent?.ended.then(() => 'ended'),
    pause(2_000, signal).then(() => 'late'),
  ]);
  if (end === 'late' && !signal.aborted)
    throw new Error(`a silent peer was borne for more than ${GIVE_UP_MS} ms`);
}
