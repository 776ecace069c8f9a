import type { Socket } from 'node:net';

/**
 * The first line of the HTTP/2 connection preface (RFC 9113, 3.4); no HTTP/1.1 request begins so.
 */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n');

export interface ReadProtocolOptions {
  timeoutMs: number;
  /** Called once, with the socket paused and the bytes put back, as soon as they decide. */
  decided: (protocol: 'http1' | 'http2') => void;
}

/**
 * Tells HTTP/1.1 from HTTP/2 by the first bytes. A connection that ends, errs or says nothing in
 * time is dropped: it has nobody to tell.
 */
export function readProtocol(socket: Socket, { timeoutMs, decided }: ReadProtocolOptions): void {
  let head = Buffer.alloc(0);
  const drop = (): void => {
    socket.destroy();
  };
  const deadline = setTimeout(drop, timeoutMs);
  const settle = (): void => {
    clearTimeout(deadline);
    socket.off('data', onData).off('end', drop).off('close', settle);
  };
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const compared = Math.min(head.length, HTTP2_PREFACE.length);
    const isPreface = head.subarray(0, compared).equals(HTTP2_PREFACE.subarray(0, compared));
    if (isPreface && compared < HTTP2_PREFACE.length) return;
    socket.pause();
    settle();
    socket.unshift(head);
    decided(isPreface ? 'http2' : 'http1');
  };
  socket.on('data', onData).on('end', drop).on('close', settle);
}
