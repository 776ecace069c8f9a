import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { LimitName, LimitRule } from '../../contracts/rate-limits.ts';
import { OPEN_ORDERS_MAX_DEFAULT } from '../../domain/risk/pre-trade-checks.ts';

/** Compose passes a variable that is not set on as an empty one. */
const count = (fallback: number) =>
  z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.coerce.number().int().min(1).max(1_000_000_000).default(fallback),
  );

const isNetwork = (text: string): boolean => ipaddr.isValid(text) || ipaddr.isValidCIDR(text);

/** The variables that limit what one client may do. */
export const LimitFields = {
  REQUESTS_PER_ADDRESS_PER_MINUTE: count(3_000),
  REQUESTS_PER_USER_PER_MINUTE: count(600),
  /** Submits, replaces and cancels of one account. 200 is the figure of Alpaca's trading API. */
  ORDERS_PER_MINUTE: count(200),
  /** Beyond that, in ten minutes. */
  ORDERS_BURST: count(100),
  /** The same as the workers'. */
  OPEN_ORDERS_MAX: count(OPEN_ORDERS_MAX_DEFAULT),
  /** In five minutes. */
  FAILED_LOGINS_PER_ADDRESS: count(30),
  REGISTRATIONS_PER_ADDRESS_PER_HOUR: count(20),
  /** Addresses and CIDR ranges, separated by commas, whose `X-Forwarded-For` is believed. */
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .refine(
      (networks) => networks.every(isNetwork),
      'must be addresses and CIDR ranges, separated by commas',
    ),
};

export type LimitSettings = z.output<z.ZodObject<typeof LimitFields>>;

/**
 * How many requests of one address a port serves in a second: what an address may ask for in the
 * long run. A proxy that is trusted brings many clients from one address, and is not slowed.
 */
export const paceOf = ({
  REQUESTS_PER_ADDRESS_PER_MINUTE,
  TRUSTED_PROXIES,
}: LimitSettings): number =>
  TRUSTED_PROXIES.length > 0 ? Number.POSITIVE_INFINITY : REQUESTS_PER_ADDRESS_PER_MINUTE / 60;

/**
 * What counts money or guesses is counted by all processes together; what protects a process, by
 * that process alone and at no cost.
 */
export function limitRules(settings: LimitSettings): Record<LimitName, LimitRule> {
  const failures = {
    points: settings.FAILED_LOGINS_PER_ADDRESS,
    windowSeconds: 300,
    scope: 'SHARED' as const,
  };
  return {
    requests_per_address: {
      points: settings.REQUESTS_PER_ADDRESS_PER_MINUTE,
      windowSeconds: 60,
      scope: 'PROCESS',
    },
    requests_per_user: {
      points: settings.REQUESTS_PER_USER_PER_MINUTE,
      windowSeconds: 60,
      scope: 'PROCESS',
    },
    orders_per_account: {
      points: settings.ORDERS_PER_MINUTE,
      burst: settings.ORDERS_BURST,
      windowSeconds: 60,
      scope: 'SHARED',
    },
    failed_logins_per_address: failures,
    failed_refreshes_per_address: failures,
    registrations_per_address: {
      points: settings.REGISTRATIONS_PER_ADDRESS_PER_HOUR,
      windowSeconds: 3_600,
      scope: 'SHARED',
    },
  };
}
