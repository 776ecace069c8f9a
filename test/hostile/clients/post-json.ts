import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** The parts of a hostile client's target that these clients need. */
export interface JsonTarget {
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /** The loopback address that the client comes from. */
  readonly localAddress: string;
  /** A customer's access token. */
  readonly token: () => Promise<string>;
}

export interface JsonAnswer {
  status: number;
  code: string | null;
  retryAfter: string | null;
}

const ANSWER_MS_MAX = 30_000;

/**
 * Posts JSON to the API's HTTP/1.1 port over at most so many connections, all from the target's
 * address.
 */
export function createPoster({ ports, localAddress }: JsonTarget, connections: number) {
  const port = ports.find(({ name }) => name === 'api')?.port;
  if (port === undefined) throw new Error('the target has no port api');
  const agent = new Agent({ keepAlive: true, maxSockets: connections, localAddress });
  const post = (path: string, body: object, token?: string): Promise<JsonAnswer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const options = {
        agent,
        host: '127.0.0.1',
        port,
        method: 'POST',
        path,
        headers,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      };
      const outgoing = request(options, (response) => {
        text(response).then((answer) => {
          const retryAfter = response.headers['retry-after'] ?? null;
          resolve({ status: response.statusCode ?? 0, code: codeIn(answer), retryAfter });
        }, reject);
      });
      outgoing.on('error', reject).end(JSON.stringify(body));
    });
  return { post, close: () => agent.destroy() };
}

const codeIn = (answer: string): string | null =>
  (JSON.parse(answer) as { code?: string }).code ?? null;
