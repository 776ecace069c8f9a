import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';

export interface RawRequest {
  method?: string;
  /** Bytes as latin1, so that a target can have those that are no text. */
  target: string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: Uint8Array | string;
}

export interface RawAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
}

/** One HTTP/1.1 request over a socket of its own, written as it is given. */
export async function sendRaw(
  port: number,
  { method = 'POST', target, headers = [], body = '' }: RawRequest,
): Promise<RawAnswer> {
  const bytes = Buffer.from(body);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: hub',
    'Connection: close',
    ...(method === 'GET' ? [] : [`Content-Length: ${bytes.length}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = connectSocket(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
  await once(socket, 'close');
  return readAnswer(Buffer.concat(chunks).toString('utf8'));
}

function readAnswer(heard: string): RawAnswer {
  const [head = '', ...rest] = heard.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    text: rest.join('\r\n\r\n'),
  };
}
