import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TIMEOUT_MS = 30_000;

/** HTTP/1.1 over connections that stay open: the leanest client that Node has. */
export function createHttpCaller(baseUrl: string): (call: HttpCall) => Promise<HttpAnswer> {
  const { hostname, port } = new URL(baseUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000, maxFreeSockets: 1_000 });
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const length: Record<string, string> =
        body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const call = request(
        {
          agent,
          hostname,
          port,
          method,
          path,
          headers: { ...headers, ...length },
          timeout: TIMEOUT_MS,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
          response.once('error', reject);
        },
      );
      call.once('timeout', () =>
        call.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
      );
      call.once('error', reject);
      call.end(body);
    });
}

/**
 * Throws the status and the stable code when the answer is not the one that was expected, so that
 * failures are counted by reason.
 */
export function expectStatus(answer: HttpAnswer, status: number): void {
  if (answer.status === status) return;
  const code = /"code":"(\w+)"/.exec(answer.body)?.[1] ?? 'no code';
  throw new Error(`${answer.status} ${code}`);
}
