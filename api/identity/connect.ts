import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect';
import { AuthService } from '../../proto/gen/hub/v1/identity_pb.js';
import type { HubUseCases } from '../../use-cases/hub-use-cases.ts';
import { CLIENT_ADDRESS } from '../connect/call-context.ts';
import { parseRequest } from '../rest/invalid-request.ts';
import { LoginRequest } from './schema.ts';

/** Anybody may call it, so it reads no more than its longest request needs. */
const AUTH_BYTES_MAX = 16 * 1024;

/** AuthService over the same use-cases and field rules as REST. */
export function authService(router: ConnectRouter, { identity }: HubUseCases): void {
  const implementation: ServiceImpl<typeof AuthService> = {
    async login({ email, password }, context) {
      const credentials = parseRequest(LoginRequest, { email, password });
      const tokens = await identity.login(credentials, context.values.get(CLIENT_ADDRESS));
      return { ...tokens, tokenType: 'Bearer' };
    },

    async validateToken({ accessToken }) {
      const validation = await identity.validateToken(accessToken);
      if (!validation.valid) return { valid: false, code: validation.code };
      const { userId, username, accountId, roles } = validation.caller;
      return { valid: true, userId, username, accountId, roles: [...roles] };
    },
  };
  router.service(AuthService, implementation, { readMaxBytes: AUTH_BYTES_MAX });
}
