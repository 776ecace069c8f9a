import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

export type NodeRequest = IncomingMessage | Http2ServerRequest;

/**
 * Visible ASCII without `#` and `\`, which no request target has (RFC 3986; a browser reads `\` as
 * `/`).
 */
const VISIBLE = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/;
const ABSOLUTE_FORM = /^https?:\/\//i;
const NOT_IN_HOST = /[\s/?#@\\,]/;

/**
 * Says what of a request cannot be read as a URL, or `null`. Exactly one Host (RFC 9112, 3.2), or
 * an `:authority` that agrees with it (RFC 9113, 8.3.1), that is a host with an optional port; a
 * target in origin form, or on HTTP/1.1 in absolute form, which is rewritten here so that all
 * behind see one form (RFC 9112, 3.2.2).
 */
export function findTargetFault(request: NodeRequest): 'host' | 'target' | null {
  const host = hostOf(request);
  if (host === undefined || !isHost(host)) return 'host';
  const target = request.url ?? '';
  if (!VISIBLE.test(target)) return 'target';
  if (target.startsWith('/')) return null;
  return request.httpVersionMajor === 1 &&
    ABSOLUTE_FORM.test(target) &&
    rewriteAbsolute(request, target)
    ? null
    : 'target';
}

const isHost = (host: string): boolean =>
  host !== '' && !NOT_IN_HOST.test(host) && URL.canParse(`http://${host}/`);

/** `undefined` when there is none, or more than one. */
function hostOf(request: NodeRequest): string | undefined {
  const { rawHeaders } = request;
  let host: string | undefined;
  let authority: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase();
    if (name === ':authority') authority = rawHeaders[i + 1] ?? '';
    if (name !== 'host') continue;
    if (host !== undefined) return undefined;
    host = rawHeaders[i + 1] ?? '';
  }
  if (authority === undefined) return host;
  return host === undefined || host === authority ? authority : undefined;
}

function rewriteAbsolute(request: NodeRequest, target: string): boolean {
  const url = URL.parse(target);
  if (
    url === null ||
    url.username !== '' ||
    url.password !== '' ||
    !isHost(target.split('/')[2]?.split('?')[0] ?? '')
  )
    return false;
  request.url = `${url.pathname}${url.search}`;
  request.headers.host = url.host;
  return true;
}
