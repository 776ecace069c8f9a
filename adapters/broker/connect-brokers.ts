import type { Interceptor } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Brokers, BrokerUnavailable } from '../../contracts/broker-session/broker.ts';
import type { BrokerSettings } from '../../contracts/broker-session/broker-settings.ts';
import { type ClearingHouses, ClearingUnavailable } from '../../contracts/settlement/clearing.ts';
import { createConnectBroker } from './connect-broker.ts';
import { createConnectClearing } from './connect-clearing.ts';

export interface ConnectBrokersOptions {
  brokers: readonly BrokerSettings[];
  /** Shows a broker, by its secret, who calls it. */
  authenticate: (secret: string) => Interceptor;
  /** Longest wait for one attempt of an order's call. */
  deadlineMs?: number;
  logger: Logger;
}

/** A connection and a circuit breaker for each broker: one that is away holds up no other. */
export function createConnectBrokers({
  brokers,
  authenticate,
  deadlineMs,
  logger,
}: ConnectBrokersOptions): Brokers {
  const connected = new Map(
    brokers.map(({ name, url, secret }) => [
      name,
      createConnectBroker({
        ...{ name, baseUrl: url, authenticate: authenticate(secret), logger },
        ...(deadlineMs !== undefined && { deadlineMs }),
      }),
    ]),
  );
  return {
    of(name) {
      const broker = name === null ? undefined : connected.get(name);
      if (!broker) throw new BrokerUnavailable(`the broker ${name} is not one of BROKERS`);
      return broker;
    },
  };
}

/** Likewise of their clearing houses, which answer at the brokers' addresses. */
export function createConnectClearingHouses({
  brokers,
  authenticate,
  logger,
}: Omit<ConnectBrokersOptions, 'deadlineMs'>): ClearingHouses {
  const connected = new Map(
    brokers.map(({ name, url, secret }) => [
      name,
      createConnectClearing({ name, baseUrl: url, authenticate: authenticate(secret), logger }),
    ]),
  );
  return {
    of(broker) {
      const house = connected.get(broker);
      if (!house) throw new ClearingUnavailable(`the broker ${broker} is not one of BROKERS`);
      return house;
    },
  };
}
