/**
 * What a deployment is for.
 * `dev`: one machine. Demo users with public passwords, faults of the broker on demand.
 * `demo`: the same users where others can reach them, because somebody said so. No faults unless
 * asked for.
 * `production`: neither.
 */
export const PROFILES = ['dev', 'demo', 'production'] as const;

export type Profile = (typeof PROFILES)[number];

type Variables = Readonly<Record<string, string | undefined>>;

/** Where a process listens. */
const LISTENING = ['HOST', 'METRICS_HOST'] as const;

/** Where a process, or whoever starts it, is told to find the others. */
const ADDRESSES = [
  'DATABASE_URL',
  'MIGRATIONS_DATABASE_URL',
  'API_DATABASE_URL',
  'WORKERS_DATABASE_URL',
  'PAPER_BROKER_DATABASE_URL',
  'REDIS_URL',
  'TEMPORAL_ADDRESS',
  'MARKET_DATA_URL',
  'BROKERS',
] as const;

/**
 * HUB_PROFILE, or `dev` on one machine. Throws a sentence when no such profile exists, and when the
 * profile does not fit the rest: `dev` ends at the loopback interface, whether it was chosen or
 * not, and `production` has no faults. No value of an address is in the sentence.
 */
export function readProfile(variables: Variables): Profile {
  const chosen = variables.HUB_PROFILE || 'dev';
  const profile = PROFILES.find((name) => name === chosen);
  if (!profile) throw new Error(`HUB_PROFILE=${chosen} is none of ${PROFILES.join(', ')}`);
  if (profile === 'production' && variables.FAULTS_ENABLED === 'true') {
    throw new Error(
      'FAULTS_ENABLED=true lets anybody break the broker: it has no place in HUB_PROFILE=production',
    );
  }
  const outside = profile === 'dev' ? listOutside(variables) : [];
  if (outside.length > 0) {
    throw new Error(
      `HUB_PROFILE=dev${variables.HUB_PROFILE ? '' : ' (nothing was chosen)'} has demo users with public passwords and stays on this machine, ` +
        `but ${outside.join(' and ')} lead${outside.length === 1 ? 's' : ''} outside of it. ` +
        'Set HUB_PROFILE=production, or HUB_PROFILE=demo to have those users on a network that you trust.',
    );
  }
  return profile;
}

/** Whether the public users may be there. */
export const hasDemoUsers = (profile: Profile): boolean => profile !== 'production';

/**
 * The host that everybody on this machine, and nobody else, reaches: RFC 1122 section 3.2.1.3, RFC
 * 4291 section 2.5.3, RFC 6761 section 6.3.
 */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

function listOutside(variables: Variables): string[] {
  const listening = LISTENING.filter((name) => {
    const host = variables[name];
    return host ? !isLoopback(host) : false;
  });
  const asked = ADDRESSES.filter((name) => {
    const addresses = addressesIn(name, variables[name] || '');
    return addresses.some((address) => !isLoopback(hostOf(address)));
  });
  return [...listening, ...asked];
}

/** BROKERS is `name=address,name=address`. */
function addressesIn(name: (typeof ADDRESSES)[number], value: string): string[] {
  if (value === '') return [];
  if (name !== 'BROKERS') return [value];
  return value.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1));
}

/** Empty for what cannot be read, or names several hosts: that is nobody's loopback. */
function hostOf(address: string): string {
  const url = address.includes('://') ? address : `tcp://${address}`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}
