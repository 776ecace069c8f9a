import { createHash } from 'node:crypto';
import type { Ports } from '../../dev/ports.ts';
import type { HostileTarget } from './target.ts';

const TOKEN_MS = 300_000;

type PublicPorts = Pick<Ports, 'api' | 'apiH2c' | 'marketData' | 'paperBroker'>;

/** The system as a hostile client sees it, each client from an address of its own. */
export function createHostileTarget(
  ports: PublicPorts,
  name: string,
  logIn: () => Promise<string>,
): HostileTarget {
  let token: { value: Promise<string>; until: number } | undefined;
  const { api, apiH2c, marketData, paperBroker } = ports;
  return {
    ports: [
      { name: 'api', port: api, http2: false },
      { name: 'apiH2c', port: apiH2c, http2: true },
      { name: 'marketData', port: marketData, http2: true },
      { name: 'paperBroker', port: paperBroker, http2: true },
    ],
    localAddress: `127.66.${[...createHash('sha256').update(name).digest()].slice(0, 2).join('.')}`,
    token() {
      if (token === undefined || Date.now() > token.until) {
        token = { value: logIn(), until: Date.now() + TOKEN_MS };
        // Asked for again when it failed.
        token.value.catch(() => {
          token = undefined;
        });
      }
      return token.value;
    },
  };
}
