/**
 * What one port allows. Times are in milliseconds and are the same everywhere; counts depend on who
 * is meant to call. Each bound of memory is stated in docs/adr/0019-edge-server.md.
 */
export interface ServerLimits {
  /** From the first byte of a connection to the decision which protocol it speaks. */
  readonly firstBytesMs: number;
  /** From the begin of a request to the end of its head. */
  readonly headersMs: number;
  /** From the begin of a request to the end of its body. */
  readonly requestMs: number;
  /** A connection without a request under way is ended after this time; HTTP/1.1 and HTTP/2. */
  readonly idleMs: number;
  /** An answer of which the client takes nothing for this long is given up. */
  readonly unreadMs: number;
  /**
   * How often an HTTP/2 peer is asked for a sign of life (PING, RFC 9113, 6.7), and how long it may
   * take.
   */
  readonly pingEveryMs: number;
  readonly pingAnswerMs: number;
  readonly headerBytesMax: number;
  readonly headersMax: number;
  readonly connectionsMax: number;
  /** IPv4 addresses one by one, IPv6 addresses by their /64. */
  readonly connectionsPerAddressMax: number;
  /** HTTP/1.1 requests that wait behind one on their connection. */
  readonly pipelinedMax: number;
  readonly requestsPerConnectionMax: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS, once a call of the session has shown who makes it. */
  readonly streamsPerSessionMax: number;
  /** The same before that: of a stranger's session. */
  readonly strangerStreamsMax: number;
  /**
   * Requests of one address in a second, and at once when it was quiet; connections whose caller
   * is known are free. What comes faster waits for its turn, at most so long, else it is rejected.
   */
  readonly requestsPerSecondMax: number;
  readonly requestsAtOnceMax: number;
  readonly turnMsMax: number;
  /** Streams that one session has rejected, in a second, before it is ended. */
  readonly refusedStreamsMax: number;
  /**
   * HTTP/2 requests of all sessions whose body is not there yet, of those whose caller is known and
   * of strangers; above it the session of the oldest is ended.
   */
  readonly unfinishedStreamsMax: number;
  readonly strangerUnfinishedMax: number;
  /** HTTP/2 requests of all sessions; above it new ones are rejected. */
  readonly streamsMax: number;
  /** PING and SETTINGS frames of one session in a second. */
  readonly controlFramesPerSecondMax: number;
  /** RST_STREAM frames that one session may send at once, and from then on in a second. */
  readonly resetsAtOnceMax: number;
  readonly resetsPerSecondMax: number;
}

/**
 * Longer than a load balancer keeps its idle connections (60 s is usual), so that it never writes
 * into one that was just closed.
 */
const IDLE_MS = 65_000;

const TIMES = {
  firstBytesMs: 10_000,
  headersMs: 10_000,
  requestMs: 15_000,
  idleMs: IDLE_MS,
  unreadMs: 20_000,
  pingEveryMs: 10_000,
  pingAnswerMs: 8_000,
};

/** Ports that people's programs call: few requests at a time, each short. */
export const PEOPLE_LIMITS: ServerLimits = {
  ...TIMES,
  headerBytesMax: 16 * 1024,
  headersMax: 100,
  connectionsMax: 4_096,
  connectionsPerAddressMax: 512,
  pipelinedMax: 64,
  requestsPerConnectionMax: 10_000,
  streamsPerSessionMax: 100,
  strangerStreamsMax: 100,
  requestsPerSecondMax: 50,
  requestsAtOnceMax: 400,
  turnMsMax: 10_000,
  refusedStreamsMax: 20,
  unfinishedStreamsMax: 1_000,
  strangerUnfinishedMax: 1_000,
  streamsMax: 4_000,
  controlFramesPerSecondMax: 500,
  resetsAtOnceMax: 200,
  resetsPerSecondMax: 50,
};

/**
 * Ports that our own services call: few connections with many streams. 6,000 streams a session let
 * one client follow 5,000 symbols or carry 5,000 watchers; a stranger has as few as elsewhere.
 * connect-node keeps an idle connection for 15 minutes; ours lasts longer, so that the client ends
 * it.
 */
export const SERVICE_LIMITS: ServerLimits = {
  ...PEOPLE_LIMITS,
  idleMs: 20 * 60_000,
  streamsPerSessionMax: 6_000,
  unfinishedStreamsMax: 6_000,
  streamsMax: 12_000,
  resetsAtOnceMax: 12_000,
  resetsPerSecondMax: 1_000,
};

/** Ports of metrics and probes. */
export const METRICS_LIMITS: ServerLimits = {
  ...PEOPLE_LIMITS,
  connectionsMax: 128,
  connectionsPerAddressMax: 64,
  pipelinedMax: 4,
};
