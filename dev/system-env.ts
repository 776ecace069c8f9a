/** What any program needs to run on this machine. Settings and secrets are not among it. */
const NAMES = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'NODE_COMPILE_CACHE',
];

/** The variables of these names that are set. */
export function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const found = names
    .map((name) => [name, env[name]])
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(found);
}

export const systemEnv = (env: NodeJS.ProcessEnv): Record<string, string> => pick(env, NAMES);
