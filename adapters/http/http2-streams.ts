import { constants, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { ServerLimits } from './server-limits.ts';
import type { PortMetrics, RejectionReason } from './server-metrics.ts';

interface Watched {
  readonly session: Http2Session;
  /** When the request began; `null` once its body is there. */
  unfinishedSince: number | null;
  /** Bytes of the answer that wait, and since when none of them left. */
  waiting: number;
  stuckSince: number;
}

/** Streams whose body is not there yet, the oldest first, with their sessions. */
interface Crowd {
  readonly unfinished: Map<ServerHttp2Stream, Http2Session>;
  readonly max: number;
}

export interface Http2Streams {
  /** `false`: there are too many, and this one was rejected. */
  admit(stream: ServerHttp2Stream, session: Http2Session, isKnown: boolean): boolean;
  /** Closes it before any work was done for it (RFC 9113, 8.7): its client may send it again. */
  reject(stream: ServerHttp2Stream, reason: RejectionReason): void;
  /**
   * Whether each stream of the session waits for the client: for a body, or for an answer to be
   * read.
   */
  allWait(session: Http2Session): boolean;
  /** See `Http2Sessions.sweep`. */
  sweep(now: number): void;
}

export interface Http2StreamsOptions {
  limits: ServerLimits;
  metrics: PortMetrics;
  dropSession: (session: Http2Session, reason: RejectionReason) => void;
}

/**
 * The time limits of HTTP/1.1 for the streams of all sessions of a port, which Node does not have
 * there, and bounds on their number.
 */
export function createHttp2Streams({
  limits,
  metrics,
  dropSession,
}: Http2StreamsOptions): Http2Streams {
  const open = new Map<ServerHttp2Stream, Watched>();
  const ofStrangers: Crowd = { unfinished: new Map(), max: limits.strangerUnfinishedMax };
  const ofKnown: Crowd = { unfinished: new Map(), max: limits.unfinishedStreamsMax };
  const ofSession = new Map<Http2Session, Set<ServerHttp2Stream>>();
  let now = 0;
  let soughtInVainAt = Number.NEGATIVE_INFINITY;

  function drop(stream: ServerHttp2Stream, reason: RejectionReason, code: number): void {
    metrics.countRejection(reason);
    leaveCrowds(stream);
    stream.close(code);
    // What waits to be sent would keep the stream for a peer that takes nothing.
    if (reason === 'unread') stream.destroy();
  }

  /**
   * The session of the oldest goes first: the body of an honest request is there within
   * milliseconds. To end its streams one by one would cost more than they did.
   */
  function boundUnfinished({ unfinished, max }: Crowd): void {
    for (const [stream, session] of unfinished) {
      if (unfinished.size <= max) return;
      if (!isUnfinished(stream)) {
        finish(stream);
        continue;
      }
      for (const [other, owner] of unfinished) if (owner === session) unfinished.delete(other);
      dropSession(session, 'unfinished');
    }
  }

  function leaveCrowds(stream: ServerHttp2Stream): void {
    ofStrangers.unfinished.delete(stream);
    ofKnown.unfinished.delete(stream);
  }

  function forget(stream: ServerHttp2Stream): void {
    const session = open.get(stream)?.session;
    open.delete(stream);
    leaveCrowds(stream);
    if (session === undefined) return;
    const mates = ofSession.get(session);
    mates?.delete(stream);
    if (mates?.size === 0) ofSession.delete(session);
  }

  const waitsForBody = (stream: ServerHttp2Stream): boolean =>
    (ofStrangers.unfinished.has(stream) || ofKnown.unfinished.has(stream)) && isUnfinished(stream);

  const waits = (stream: ServerHttp2Stream): boolean =>
    stream.writableLength > 0 || waitsForBody(stream);

  /**
   * Ends the session of the stream that lets us wait longest. Those that are being served stay;
   * when there are no others, it is not looked again within a second, since each look costs as much
   * as there are streams.
   */
  function makeRoom(): boolean {
    if (soughtInVainAt === now) return false;
    for (const [stream, { session }] of open) {
      if (!waits(stream)) continue;
      const reason = stream.writableLength > 0 ? 'unread' : 'unfinished';
      for (const mate of [...(ofSession.get(session) ?? [])]) forget(mate);
      dropSession(session, reason);
      return true;
    }
    soughtInVainAt = now;
    return false;
  }

  function finish(stream: ServerHttp2Stream): void {
    leaveCrowds(stream);
    const entry = open.get(stream);
    if (entry) entry.unfinishedSince = null;
  }

  function check(stream: ServerHttp2Stream, entry: Watched): void {
    if (entry.unfinishedSince !== null && !isUnfinished(stream)) finish(stream);
    // It has its answer, and nobody reads what else it may send (RFC 9113, 8.1).
    if (entry.unfinishedSince !== null && stream.writableFinished) {
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    if (entry.unfinishedSince !== null && now - entry.unfinishedSince >= limits.requestMs) {
      drop(stream, 'unfinished', constants.NGHTTP2_CANCEL);
      return;
    }
    const waiting = stream.writableLength;
    if (waiting === 0 || waiting < entry.waiting) entry.stuckSince = now;
    entry.waiting = waiting;
    if (now - entry.stuckSince >= limits.unreadMs) drop(stream, 'unread', constants.NGHTTP2_CANCEL);
  }

  const reject = (stream: ServerHttp2Stream, reason: RejectionReason): void =>
    drop(stream, reason, constants.NGHTTP2_REFUSED_STREAM);

  return {
    reject,
    admit(stream, session, isKnown) {
      if (open.size >= limits.streamsMax && !makeRoom()) {
        reject(stream, 'streams');
        return false;
      }
      if (session.destroyed) return false;
      const entry: Watched = {
        session,
        unfinishedSince: stream.endAfterHeaders ? null : now,
        waiting: 0,
        stuckSince: now,
      };
      open.set(stream, entry);
      ofSession.set(session, (ofSession.get(session) ?? new Set()).add(stream));
      const crowd = isKnown ? ofKnown : ofStrangers;
      if (entry.unfinishedSince !== null) crowd.unfinished.set(stream, session);
      stream.on('drain', () => {
        entry.stuckSince = now;
      });
      stream.once('close', () => forget(stream));
      boundUnfinished(crowd);
      return true;
    },
    allWait: (session) => [...(ofSession.get(session) ?? [])].every(waits),
    sweep(time) {
      now = time;
      for (const [stream, entry] of open) check(stream, entry);
    },
  };
}

/** Whether the peer has more to send (RFC 9113, 5.1), read or not by the handler. */
function isUnfinished(stream: ServerHttp2Stream): boolean {
  if (stream.destroyed || stream.closed || stream.readableEnded) return false;
  const { state } = stream.state;
  return (
    state === constants.NGHTTP2_STREAM_STATE_OPEN ||
    state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_LOCAL
  );
}
