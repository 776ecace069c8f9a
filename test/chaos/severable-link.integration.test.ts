import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSeverableLink, type SeverableLink } from '../../chaos/severable-link.ts';

let echo: Server;
let link: SeverableLink;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  link = await openSeverableLink((echo.address() as { port: number }).port);
});

afterEach(async () => {
  await link.close();
  await new Promise((resolve) => echo.close(resolve));
});

async function dial(): Promise<Socket> {
  const socket = connect({ port: link.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  return socket;
}

async function hear(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}

it('passes everything on in both directions', async () => {
  const socket = await dial();
  socket.write('hello');
  expect(await hear(socket)).toBe('hello');
  socket.destroy();
});

it('resets connections when it is cut, rejects new ones, and takes them again when it is mended', async () => {
  const socket = await dial();
  socket.write('hello');
  await hear(socket);
  const broken = once(socket, 'error');
  link.cut();
  expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });

  const rejected = connect({ port: link.port, host: '127.0.0.1' });
  expect((await once(rejected, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });

  link.mend();
  const again = await dial();
  again.write('back');
  expect(await hear(again)).toBe('back');
  again.destroy();
});

it('loses nothing of what was sent while it hung, on old and new connections', async () => {
  const socket = await dial();
  socket.write('before');
  expect(await hear(socket)).toBe('before');
  link.hang();
  const late = await dial();
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  socket.write('during');
  late.write('late');
  await sleep(100);
  expect(heard).toBe('');
  const fromLate = hear(late);
  link.mend();
  expect(await fromLate).toBe('late');
  await expect.poll(() => heard).toBe('during');
  socket.destroy();
  late.destroy();
});
