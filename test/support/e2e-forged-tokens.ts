import { SignJWT } from 'jose';
import type { Trader } from './e2e-stack.ts';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Tokens that somebody without our secret can make, by how they are made; all say that they are
 * good for ten minutes.
 */
export async function forgeTokens({ account, token }: Trader): Promise<Record<string, string>> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = {
    ...account.caller,
    sub: account.userId,
    sid: account.caller.sessionId,
    iss: 'hub-investments',
    aud: 'hub-investments',
    iat: nowSeconds,
    exp: nowSeconds + 600,
  };
  const [header = '', , signature = ''] = token.split('.');
  const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}`;
  return {
    unsigned: `${unsigned}.`,
    'unsigned with the signature of another': `${unsigned}.${signature}`,
    'signed with another key': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(Buffer.alloc(32, 7)),
    'other claims under a good signature': `${header}.${encode({ ...claims, roles: ['OPERATOR'] })}.${signature}`,
    'no token at all': 'DROP.TABLE.orders',
  };
}
