import { Agent, request } from 'node:http';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { LOGIN_PATH } from '../http2-frames.ts';
import { pause } from '../raw-peer.ts';
import { findPort, type HostileClient, ROUND_MS } from '../target.ts';

const AT_ONCE = 200;
const BOMB_BYTES = 16 * 1024 * 1024;

/** A few dozen bytes that become 16 MiB in a window of 16 MiB. */
const BROTLI = brotliCompressSync(Buffer.alloc(BOMB_BYTES), {
  params: { [constants.BROTLI_PARAM_LGWIN]: 24 },
});
const GZIP = gzipSync(Buffer.alloc(BOMB_BYTES), { level: 9 });

/** 200 small bodies at once that would become large ones, before anybody has logged in. */
export const compressionBombs: HostileClient = {
  name: 'compression bombs',
  async run(target, signal) {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: AT_ONCE,
      localAddress: target.localAddress,
    });
    const port = findPort(target, 'api');
    const send = async (encoding: string, body: Buffer): Promise<void> => {
      const status = await post(agent, port, encoding, body);
      // Not supported, too large, or told to come again later.
      if (![400, 413, 415, 429, 501].includes(status))
        throw new Error(`a bomb of ${encoding} was answered ${status}`);
    };
    while (!signal.aborted) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => send('br', BROTLI)));
      await Promise.all(Array.from({ length: AT_ONCE }, () => send('gzip', GZIP)));
      await pause(ROUND_MS, signal);
    }
    agent.destroy();
  },
};

function post(agent: Agent, port: number, encoding: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/proto',
      'content-encoding': encoding,
      'content-length': body.length,
    };
    const outgoing = request(
      { agent, port, host: '127.0.0.1', path: LOGIN_PATH, method: 'POST', headers },
      (response) => {
        response.resume().once('close', () => resolve(response.statusCode ?? 0));
      },
    );
    outgoing.on('error', reject).end(body);
  });
}
