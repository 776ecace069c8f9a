/** A broker that a process is connected to. Its clearing house answers at the same address. */
export interface BrokerSettings {
  /** In ids, rows and metrics: it never changes. */
  name: string;
  /** `http://host:port` */
  url: string;
  /** Signs the calls to this broker and to no other. */
  secret: string;
}

/** The variables `BROKERS`, `name=url,name=url`, and `BROKER_SECRETS`, `name=secret,name=secret`. */
export interface BrokerVariables {
  BROKERS: string;
  BROKER_SECRETS: string;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const SECRET_LENGTH_MIN = 32;

/**
 * The brokers that the two variables name, one at least, each with an address and a secret. Throws
 * a sentence that names the variable, and no value of it.
 */
export function readBrokerSettings({ BROKERS, BROKER_SECRETS }: BrokerVariables): BrokerSettings[] {
  const urls = readPairs('BROKERS', BROKERS);
  const secrets = readPairs('BROKER_SECRETS', BROKER_SECRETS);
  const stranger = [...secrets.keys()].find((name) => !urls.has(name));
  if (stranger !== undefined)
    throw new Error(`BROKER_SECRETS names ${stranger}, which BROKERS does not`);
  return [...urls].map(([name, url]) => {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new Error(`BROKERS: ${name} has no address like http://127.0.0.1:8083`);
    const secret = secrets.get(name) ?? '';
    if (secret.length < SECRET_LENGTH_MIN)
      throw new Error(`BROKER_SECRETS: ${name} needs at least ${SECRET_LENGTH_MIN} characters`);
    return { name, url, secret };
  });
}

function readPairs(variable: keyof BrokerVariables, text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.trim().split('=');
    if (!NAME.test(name) || rest.length === 0)
      throw new Error(`${variable} is a list like paper-broker=…,second=…`);
    if (values.has(name)) throw new Error(`${variable} names ${name} twice`);
    values.set(name, rest.join('='));
  }
  return values;
}
