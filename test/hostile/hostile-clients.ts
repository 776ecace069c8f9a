import { compressionBombs } from './clients/compression-bombs.ts';
import { frameFloods, idleConnections, nonsense } from './clients/floods.ts';
import { shutWindows, unreadPipelines } from './clients/greedy-readers.ts';
import { killedGrpcClient } from './clients/killed-grpc-client.ts';
import { rejectedOrders } from './clients/order-floods.ts';
import { slowStreams, tricklers, unfinishedStreams } from './clients/unfinished-requests.ts';
import { unreadableTargets } from './clients/unreadable-targets.ts';
import { vanishingPeers } from './clients/vanishing-peers.ts';
import { wrongLogins } from './clients/wrong-logins.ts';
import type { HostileClient } from './target.ts';

/**
 * All that is sent at the edge, in the tests one after another and in the soak at once. A new
 * client is one line.
 */
export const hostileClients = (seed: number): readonly HostileClient[] => [
  unreadableTargets,
  vanishingPeers,
  killedGrpcClient,
  compressionBombs,
  unreadPipelines,
  shutWindows,
  unfinishedStreams,
  slowStreams,
  tricklers,
  frameFloods,
  idleConnections,
  nonsense(seed),
  rejectedOrders,
  wrongLogins(),
];
