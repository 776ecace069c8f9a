import { DEMO_OPERATOR } from './operator-access.ts';
import type { Stack } from './stack.ts';
import { withoutPassword } from './without-password.ts';

/**
 * What `npm start` says in the end: where everything is, who can log in, and three commands that
 * trade. They need curl, sed and sh.
 */
export function welcome(stack: Stack, seconds: string): string {
  const api = stack.urls.api;
  const { temporal, redis, postgres } = stack.services;
  const ui = temporal?.external
    ? `the server at ${stack.env.TEMPORAL_ADDRESS} is yours`
    : stack.urls.temporalUi;
  return `
Hub Investments is ready in ${seconds} s

  API           ${api}   gRPC on ${stack.urls.apiH2c.replace('http://', '')} (h2c)
  Explorer      ${api}/docs
  Temporal UI   ${ui}
  Metrics       ${stack.urls.apiMetrics}/metrics   ${stack.urls.workersMetrics}/metrics
  Postgres      ${withoutPassword(stack.env.DATABASE_URL ?? '')}${postgres?.external ? '' : '   passwords in .hub/passwords/'}
  Redis         ${redis ? withoutPassword(stack.env.REDIS_URL ?? '') : 'none: all works, slower'}
  Logs          .hub/logs/
  Status        npm run status

${stack.hasDemoUsers ? demoUsers(api) : ''}Ctrl-C stops everything. npm start -- --fresh begins with empty data.
`;
}

function demoUsers(api: string): string {
  return `  demo@hub.local / demo-password-1           a customer with USD 100,000.00
  ${DEMO_OPERATOR.email} / ${DEMO_OPERATOR.password}   an operator

Log in, buy 10 AAPL, see the position:

${tradeCommands(api).join('\n\n')}

`;
}

/**
 * Three lines for a POSIX shell; the first keeps the token for the others. Pasted at once, the last
 * one waits for the fill.
 */
export function tradeCommands(api: string): [logIn: string, buy: string, position: string] {
  const json = "-H 'content-type: application/json'";
  const bearer = '-H "authorization: Bearer $TOKEN"';
  return [
    `TOKEN=$(curl -s ${api}/v1/auth/login ${json} -d '{"email":"demo@hub.local","password":"demo-password-1"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${api}/v1/orders ${bearer} ${json} -d '{"symbol":"AAPL","side":"BUY","type":"MARKET","timeInForce":"DAY","quantity":"10"}'; echo`,
    `for n in 1 2 3 4 5 6 7 8 9; do curl -sf ${api}/v1/positions/AAPL ${bearer} && break; sleep 1; done; echo`,
  ];
}
