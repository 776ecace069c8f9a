import { type JWTPayload, SignJWT } from 'jose';
import {
  type CalledService,
  createServiceTokenSource,
} from '../../adapters/security/service-tokens.ts';
import { TEST_SECRETS } from './service-tokens.ts';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const SECRETS = {
  'market-data': TEST_SECRETS.MARKET_DATA_SERVICE_SECRET,
  'paper-broker': TEST_SECRETS.BROKER_SERVICE_SECRET,
} as const;

/**
 * Tokens that a service must not take, by what is wrong with them; all but the first three are
 * signed with the service's own secret.
 */
export async function makeRejectedTokens(audience: CalledService): Promise<Record<string, string>> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const claims: JWTPayload = {
    role: 'SERVICE',
    sub: 'stranger',
    iss: 'hub-investments',
    aud: audience,
    iat: nowSeconds,
    exp: nowSeconds + 60,
  };
  const signed = (changes: object, header: object = {}, secret: string = SECRETS[audience]) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt', ...header })
      .sign(new TextEncoder().encode(secret));
  const good = await signed({});
  const [header = '', payload = '', signature = ''] = good.split('.');
  const unsigned = encode({ alg: 'none', typ: 'service+jwt' });
  const other: CalledService = audience === 'market-data' ? 'paper-broker' : 'market-data';
  return {
    'the token for another service': await createServiceTokenSource('api', {
      secret: SECRETS[other],
      audience: other,
      clock: Date.now,
    })(),
    'signed with another secret': await signed({}, {}, SECRETS[other]),
    unsigned: `${unsigned}.${payload}.`,
    'unsigned under a good signature': `${unsigned}.${payload}.${signature}`,
    'of another algorithm': await signed({}, { alg: 'HS512' }, SECRETS[audience].repeat(2)),
    'other claims under a good signature': `${header}.${encode({ ...claims, sub: 'api' })}.${signature}`,
    'of another audience': await signed({ aud: other }),
    expired: await signed({ iat: nowSeconds - 61, exp: nowSeconds - 1 }),
    'made to live for an hour': await signed({ exp: nowSeconds + 3_600 }),
    'without an end': await signed({ exp: undefined }),
    'of another role': await signed({ role: 'OPERATOR' }),
    'of another issuer': await signed({ iss: 'somebody' }),
    'of nobody': await signed({ sub: undefined }),
    'no token at all': 'DROP.TABLE.orders',
  };
}
