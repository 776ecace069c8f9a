import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { LOGIN_PATH } from '../http2-frames.ts';
import { askRaw, pause } from '../raw-peer.ts';
import { type HostileClient, type HostileTarget, type Port, ROUND_MS } from '../target.ts';

const post = (host: string): string =>
  `POST ${LOGIN_PATH} HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;

const HEADS = [
  ...['', 'a b', '[::1', 'h:99999', 'u@h', '%zz', 'h/x'].map((host) => post(`Host: ${host}\r\n`)),
  post(''),
  post('Host: a\r\nHost: b\r\n'),
  `POST ${LOGIN_PATH} HTTP/1.0\r\nContent-Length: 0\r\n\r\n`,
  `OPTIONS * HTTP/1.1\r\nHost: hub\r\n\r\n`,
  `GET http://[bad HTTP/1.1\r\nHost: hub\r\n\r\n`,
  `GET /a\\b HTTP/1.1\r\nHost: hub\r\n\r\n`,
  `CONNECT hub:443 HTTP/1.1\r\nHost: hub:443\r\n\r\n`,
  'nonsense\r\n\r\n',
];
const AUTHORITIES = ['h:99999', '[::1', '%zz'];

/** Targets and hosts that are no URL: each must be answered 400, on every port. */
export const unreadableTargets: HostileClient = {
  name: 'unreadable targets',
  async run(target, signal) {
    while (!signal.aborted) {
      for (const port of target.ports) {
        await Promise.all([
          ...HEADS.map((head) => expectRejection(target, port, head)),
          ...AUTHORITIES.map((host) => askHttp2(target, port, host)),
        ]);
      }
      await pause(ROUND_MS, signal);
    }
  },
};

async function expectRejection(
  { localAddress }: HostileTarget,
  { port, name }: Port,
  head: string,
): Promise<void> {
  const answer = await askRaw(port, localAddress, head);
  if (!/^HTTP\/1\.[01] 400 /.test(answer))
    throw new Error(
      `${name} answers ${JSON.stringify(head)} with ${JSON.stringify(answer.slice(0, 80))}`,
    );
}

async function askHttp2(
  { localAddress }: HostileTarget,
  { port, name, http2 }: Port,
  authority: string,
): Promise<void> {
  if (!http2) return;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  const status = await new Promise<unknown>((resolve) => {
    session.on('error', resolve);
    const stream = session.request({
      ':method': 'POST',
      ':path': LOGIN_PATH,
      ':authority': authority,
      'content-type': 'application/grpc',
    });
    stream.on('response', (headers) => resolve(headers[':status'])).on('error', resolve);
    stream.end();
  });
  session.destroy();
  if (status !== 400)
    throw new Error(`${name} answers :authority ${authority} with ${String(status)}`);
}
