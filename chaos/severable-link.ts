import { connect, createServer, type Socket } from 'node:net';

/** A TCP connection path between two processes that can be cut or held up. */
export interface SeverableLink {
  readonly port: number;
  /** Resets all connections; new ones are reset at once, until {@link mend}. */
  cut(): void;
  /**
   * Passes nothing on in either direction, and new connections get no answer, until {@link mend}.
   */
  hang(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
}

/** Listens on a free port of the loopback and passes everything on to `targetPort`. */
export async function openSeverableLink(targetPort: number): Promise<SeverableLink> {
  const pairs = new Set<Pair>();
  let state: 'WHOLE' | 'CUT' | 'HANGING' = 'WHOLE';
  // Sockets start paused: while the link hangs, what arrives stays in the kernel.
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (near) => {
    near.on('error', () => near.destroy());
    if (state === 'CUT') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.once('close', end).on('error', end);
    if (state === 'WHOLE') join(pair);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    port,
    cut() {
      state = 'CUT';
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    hang() {
      state = 'HANGING';
      for (const pair of pairs) part(pair);
    },
    mend() {
      if (state === 'HANGING') for (const pair of pairs) join(pair);
      state = 'WHOLE';
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function join({ near, far }: Pair): void {
  near.pipe(far);
  far.pipe(near);
}

function part({ near, far }: Pair): void {
  near.unpipe(far);
  far.unpipe(near);
  near.pause();
  far.pause();
}
