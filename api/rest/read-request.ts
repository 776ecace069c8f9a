import { createMiddleware } from 'hono/factory';
import { HubError } from '../../contracts/errors.ts';
import type { ApiEnv } from '../api-env.ts';
import { assertInTime } from '../limits/limit-requests.ts';
import { InvalidRequest } from './invalid-request.ts';
import { findHeadFaults } from './request-form.ts';
import { readJsonText } from './strict-json.ts';

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)"?/gi;
const UTF8 = /^utf-?8$/i;

/**
 * Rejects with `VALIDATION_FAILED` what could be read in two ways before the body: see {@link
 * findHeadFaults}.
 */
export const checkHead = createMiddleware<ApiEnv>(async (c, next) => {
  const { incoming } = c.env ?? {};
  const target = incoming?.url ?? c.req.url.slice(new URL(c.req.url).origin.length);
  const faults = findHeadFaults({
    target,
    ...(incoming ? { rawHeaders: incoming.rawHeaders } : {}),
  });
  if (faults.length > 0) throw new InvalidRequest(faults);
  await next();
});

/**
 * Has a route read its JSON body strictly, after its guards. `MALFORMED_JSON`: see {@link
 * readJsonText}. `UNSUPPORTED_MEDIA_TYPE`: another charset than UTF-8 (RFC 8259, 8.1), or any
 * content coding (RFC 9110, 15.5.16). `REQUEST_TIMEOUT` once the time is over.
 */
export const readJsonStrictly = createMiddleware<ApiEnv>(async (c, next) => {
  c.req.json = async () => {
    try {
      checkMediaType(c.req.header('Content-Type') ?? '', c.req.header('Content-Encoding'));
      const text = readJsonText(
        c.env?.incoming?.rawBody ?? new Uint8Array(await c.req.arrayBuffer()),
      );
      assertInTime(c);
      return JSON.parse(text);
    } catch (error) {
      // The validator tells no more of what it catches than that it is not JSON.
      c.set('bodyFault', error);
      throw error;
    }
  };
  await next();
});

function checkMediaType(contentType: string, contentEncoding: string | undefined): void {
  for (const [, charset = ''] of contentType.matchAll(CHARSET)) {
    if (!UTF8.test(charset)) throw unsupported('The body must be UTF-8');
  }
  if (contentEncoding !== undefined && contentEncoding.trim().toLowerCase() !== 'identity') {
    throw unsupported('The body must come without a content coding');
  }
}

const unsupported = (detail: string): HubError =>
  new HubError('UNSUPPORTED_MEDIA_TYPE', {}, { detail });
