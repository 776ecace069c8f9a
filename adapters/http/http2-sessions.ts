import type { Http2Session } from 'node:http2';
import type { Connection, Connections } from './connections.ts';
import type { ServerLimits } from './server-limits.ts';
import type { PortMetrics, RejectionReason } from './server-metrics.ts';

/** A session that was told to go keeps its socket no longer. */
const GOODBYE_MS = 5_000;

interface Watched {
  readonly session: Http2Session;
  readonly connection: Connection;
  streams: number;
  rejected: number;
  controlFrames: number;
  quietSince: number;
  pingDueAt: number;
  pingedAt: number | null;
  leavesAt: number | null;
}

export interface Http2Sessions {
  watch(session: Http2Session, connection: Connection): void;
  find(session: Http2Session): Connection | undefined;
  /** Its caller is known: it may have as many streams as the port allows. */
  vouch(session: Http2Session): void;
  /** A stream of it was rejected; one who has many rejected does not listen. */
  countRejected(session: Http2Session): void;
  begin(session: Http2Session): void;
  end(session: Http2Session): void;
  /**
   * To be called once a second with a clock that stands while the process is busy: a peer does not
   * pay for that.
   */
  sweep(now: number): void;
  /** Ends a session at once, with all its streams. */
  drop(session: Http2Session, reason: RejectionReason): void;
  /** GOAWAY to all, and to each that comes. */
  close(): void;
}

/**
 * Ends sessions whose peer is gone, silent or a nuisance. A PING cannot be answered in the middle
 * of a frame or of a header block, so that a peer who trickles those is silent too; so is one who
 * does not read.
 */
export function createHttp2Sessions(
  limits: ServerLimits,
  connections: Connections,
  metrics: PortMetrics,
): Http2Sessions {
  const watched = new Map<Http2Session, Watched>();
  let now = 0;
  let closing = false;

  // By the socket: a session that is over may still wait for a peer that does not read.
  function drop({ session, connection }: Watched, reason: RejectionReason): void {
    metrics.countRejection(reason);
    session.destroy();
    connection.socket.destroy();
  }

  function ping(entry: Watched): void {
    entry.pingedAt = now;
    entry.session.ping((error) => {
      if (error) return;
      entry.pingedAt = null;
      entry.pingDueAt = now + limits.pingEveryMs;
    });
  }

  function check(entry: Watched): void {
    entry.controlFrames = 0;
    entry.rejected = 0;
    if (entry.leavesAt !== null && now >= entry.leavesAt && entry.streams === 0)
      entry.connection.socket.destroy();
    if (entry.session.destroyed || entry.session.closed) return;
    if (entry.pingedAt !== null && now - entry.pingedAt >= limits.pingAnswerMs)
      drop(entry, 'silent');
    else if (entry.streams === 0 && now - entry.quietSince >= limits.idleMs) {
      entry.leavesAt = now + GOODBYE_MS;
      entry.session.close();
    } else if (entry.pingedAt === null && now >= entry.pingDueAt) ping(entry);
  }

  return {
    watch(session, connection) {
      const times = {
        quietSince: now,
        pingDueAt: now + limits.pingEveryMs,
        pingedAt: null,
        leavesAt: null,
      };
      const entry: Watched = {
        session,
        connection,
        streams: 0,
        rejected: 0,
        controlFrames: 0,
        ...times,
      };
      watched.set(session, entry);
      metrics.sessions(1);
      const countFrame = (): void => {
        entry.controlFrames += 1;
        if (entry.controlFrames === limits.controlFramesPerSecondMax) drop(entry, 'flood');
      };
      session.on('ping', countFrame).on('remoteSettings', countFrame);
      // The session is destroyed by its error, and its socket with it.
      session.on('error', () => metrics.countRejection('protocol'));
      session.once('close', () => {
        watched.delete(session);
        metrics.sessions(-1);
        connection.socket.destroySoon();
      });
      if (closing) session.close();
    },
    find: (session) => watched.get(session)?.connection,
    vouch(session) {
      const entry = watched.get(session);
      if (!entry || entry.connection.isKnown) return;
      entry.connection.isKnown = true;
      if (
        limits.streamsPerSessionMax <= limits.strangerStreamsMax ||
        session.destroyed ||
        session.closed
      )
        return;
      session.settings({ maxConcurrentStreams: limits.streamsPerSessionMax });
    },
    countRejected(session) {
      const entry = watched.get(session);
      if (!entry || session.destroyed) return;
      entry.rejected += 1;
      if (entry.rejected === limits.refusedStreamsMax) drop(entry, 'flood');
    },
    begin(session) {
      const entry = watched.get(session);
      if (!entry) return;
      entry.streams += 1;
      connections.begin(entry.connection);
    },
    end(session) {
      const entry = watched.get(session);
      if (!entry) return;
      entry.streams -= 1;
      connections.end(entry.connection);
      entry.quietSince = now;
    },
    drop(session, reason) {
      const entry = watched.get(session);
      if (entry && !session.destroyed) drop(entry, reason);
    },
    sweep(time) {
      now = time;
      for (const entry of watched.values()) check(entry);
    },
    close() {
      closing = true;
      for (const session of watched.keys()) session.close();
    },
  };
}
