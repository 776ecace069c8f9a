import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HubError } from '../../contracts/errors.ts';
import type { ApiEnv } from '../api-env.ts';

/**
 * Answers `REQUEST_TIMEOUT` when body and work together take longer. What was begun by then goes
 * on, and a client repeats it with the same key; what was not is never begun: see {@link
 * assertInTime}.
 */
export const limitTime = (timeoutMs: number) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        c.set('isTimeUp', true);
        reject(new HubError('REQUEST_TIMEOUT'));
      }, timeoutMs);
    });
    try {
      await Promise.race([next(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  });

/**
 * To be asked last before work begins: throws `REQUEST_TIMEOUT` when the time is over, or nobody is
 * there any more to hear the answer.
 */
export function assertInTime(c: Context<ApiEnv>): void {
  if (c.get('isTimeUp')) throw new HubError('REQUEST_TIMEOUT');
  if (c.env?.outgoing?.destroyed)
    throw connectionEnded('The connection ended before the request was begun');
}

const connectionEnded = (detail: string): HubError =>
  new HubError('REQUEST_TIMEOUT', {}, { detail });

/**
 * Answers `BODY_TOO_LARGE` as soon as a body says or shows that it is longer; what still comes is
 * thrown away by the server, not kept. The body is read here once, as bytes, because to limit it as
 * a web stream costs more than all else that a request needs.
 */
export function limitBody(bytesMax: number) {
  const tooLarge = (): never => {
    throw new HubError('BODY_TOO_LARGE', { bytesMax });
  };
  const limitInProcess = bodyLimit({ maxSize: bytesMax, onError: tooLarge });
  return createMiddleware<ApiEnv>(async (c, next) => {
    const { incoming } = c.env ?? {};
    if (!incoming) return limitInProcess(c, next);
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (Number(incoming.headers['content-length'] ?? 0) > bytesMax) return tooLarge();
    incoming.rawBody = (await readAtMost(incoming, bytesMax)) ?? tooLarge();
    return next();
  });
}

/** The whole body, or `null` once it has more bytes than allowed. */
function readAtMost(incoming: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (body: Buffer | null) => {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose);
      resolve(body);
    };
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > bytesMax) settle(null);
    };
    const onEnd = () =>
      settle(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    const onClose = () => reject(connectionEnded('The connection ended before the body did'));
    incoming.on('data', onData).on('end', onEnd).once('error', onClose).once('close', onClose);
  });
}
