/** Bytes of HTTP/2 (RFC 9113, 4.1) for clients that break its rules. */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  WINDOW_UPDATE: 8,
} as const;
export const FLAG = { END_STREAM: 1, ACK: 1, END_HEADERS: 4 } as const;

export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/**
 * A head block of literals without indexing and without Huffman coding (RFC 7541, 6.2.2); names and
 * values up to 126 bytes, or longer values.
 */
export const headerBlock = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat(
    Object.entries(headers).map(([name, value]) =>
      Buffer.concat([Buffer.from([0]), literal(name), literal(value)]),
    ),
  );

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  // A 7-bit prefix, then the rest in groups of 7 bits (RFC 7541, 5.1).
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  length.push(rest);
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** The preface and SETTINGS, with an initial window if one is given. */
export function greeting(initialWindow?: number): Buffer {
  const setting = Buffer.alloc(6);
  setting.writeUInt16BE(4, 0);
  setting.writeUInt32BE(initialWindow ?? 0, 2);
  const settings = frame(
    FRAME.SETTINGS,
    0,
    0,
    initialWindow === undefined ? Buffer.alloc(0) : setting,
  );
  return Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]);
}

/** A gRPC call's HEADERS; its body is to follow. */
export const grpcCall = (
  streamId: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Buffer =>
  frame(
    FRAME.HEADERS,
    FLAG.END_HEADERS,
    streamId,
    headerBlock({
      ...{ ':method': 'POST', ':scheme': 'http', ':path': path, ':authority': 'hub' },
      ...{ 'content-type': 'application/grpc', te: 'trailers', ...headers },
    }),
  );

/** The whole body of a call whose message is empty. */
export const emptyMessage = (streamId: number): Buffer =>
  frame(FRAME.DATA, FLAG.END_STREAM, streamId, Buffer.alloc(5));

/** The n-th stream that a client may open. */
export const streamId = (index: number): number => 2 * index + 1;

export const LOGIN_PATH = '/hub.v1.AuthService/Login';
export const STREAM_PATH = '/hub.v1.MarketDataService/StreamMarketData';
