import type { ServiceImpl } from '@connectrpc/connect';
import type { AccessTokens } from '../../contracts/ports/auth.ts';
import type { AuthService } from '../../proto/gen/hub/v1/auth_pb.js';
import { validateToken } from '../../use-cases/auth/validate-token.ts';
import type { AuthUseCases } from '../../use-cases/use-cases.ts';
import { parseRequest } from '../invalid-request.ts';
import { LoginRequest } from '../schemas/auth.ts';

/** AuthService over the same use-cases and field rules as REST. */
export function createAuthService(auth: AuthUseCases, accessTokens: AccessTokens): ServiceImpl<typeof AuthService> {
  return {
    async login({ email, password }) {
      const credentials = parseRequest(LoginRequest, { email, password });
      const tokens = await auth.login(credentials.email, credentials.password);
      return { ...tokens, tokenType: 'Bearer' };
    },

    async validateToken({ accessToken }) {
      const validation = await validateToken(accessTokens, accessToken);
      if (!validation.valid) return { valid: false, code: validation.code };
      const { userId, username, accountId, roles } = validation.caller;
      return { valid: true, userId, username, accountId, roles: [...roles] };
    },
  };
}
