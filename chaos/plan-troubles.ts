import { chooseFrom, seededRandom } from '../test/support/trading-load.ts';

export const PARTS = [
  'workers',
  'workers-2',
  'api',
  'market-data',
  'paper-broker',
  'redis',
  'postgres',
  'temporal',
] as const;
export type Part = (typeof PARTS)[number];

/** Who holds a connection to whom. */
export const LINKS = [
  'client-api',
  'api-postgres',
  'api-temporal',
  'api-market-data',
  'workers-postgres',
  'workers-temporal',
  'workers-market-data',
  'workers-paper-broker',
  'market-data-redis',
  'paper-broker-postgres',
  'paper-broker-market-data',
] as const;
export type Link = (typeof LINKS)[number];

/**
 * KILL: `kill -9`, of two parts at once as well. CUT: all connections are reset and new ones
 * rejected. HANG: nothing is passed on.
 */
export type Trouble =
  | { kind: 'KILL'; parts: readonly Part[]; downMs: number; pauseMs: number }
  | { kind: 'CUT' | 'HANG'; link: Link; downMs: number; pauseMs: number };

const DOWN_MS_MAX = { KILL: 3_000, CUT: 2_000, HANG: 6_000 } as const;
const PAUSE_MS_MAX = 1_500;
const PAIRS = 2;
const CUTS = 4;
const HANGS = 2;

export interface TroublePlan {
  /**
   * Every part killed once, then some pairs and links, in an order of chance: all of these come to
   * pass.
   */
  mandatory: Trouble[];
  /** What goes on happening as long as orders are sent. */
  further: Trouble[];
}

const FURTHER = 60;
/**
 * The orders of the same seed have other numbers, so that a longer run begins like a shorter one.
 */
const OWN_SEQUENCE = 0x7f4a7c15;

export function planTroubles(seed: number): TroublePlan {
  const random = seededRandom(seed ^ OWN_SEQUENCE);
  const kills = PARTS.map((part) => planKill([part], random));
  const pairs = Array.from({ length: PAIRS }, () =>
    planKill(shuffle(PARTS, random).slice(0, 2), random),
  );
  const links = shuffle(LINKS, random);
  const cuts = links.slice(0, CUTS).map((link) => planLink('CUT', link, random));
  const hangs = links.slice(CUTS, CUTS + HANGS).map((link) => planLink('HANG', link, random));
  const further = Array.from({ length: FURTHER }, () => planAny(random));
  return { mandatory: shuffle([...kills, ...pairs, ...cuts, ...hangs], random), further };
}

function planAny(random: () => number): Trouble {
  const roll = random();
  if (roll < 0.55) return planKill([chooseFrom(PARTS, random)], random);
  if (roll < 0.65) return planKill(shuffle(PARTS, random).slice(0, 2), random);
  return planLink(roll < 0.88 ? 'CUT' : 'HANG', chooseFrom(LINKS, random), random);
}

const planKill = (parts: readonly Part[], random: () => number): Trouble => ({
  kind: 'KILL',
  parts,
  ...planTimes('KILL', random),
});

const planLink = (kind: 'CUT' | 'HANG', link: Link, random: () => number): Trouble => ({
  kind,
  link,
  ...planTimes(kind, random),
});

const planTimes = (kind: Trouble['kind'], random: () => number) => ({
  downMs: Math.floor(random() * DOWN_MS_MAX[kind]),
  pauseMs: Math.floor(random() * PAUSE_MS_MAX),
});

/** As people and the report call it. */
export const nameOf = (trouble: Trouble): string =>
  trouble.kind === 'KILL'
    ? `kill ${[...trouble.parts].sort().join(' + ')}`
    : `${trouble.kind.toLowerCase()} ${trouble.link}`;

/** Fisher and Yates. */
function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}
