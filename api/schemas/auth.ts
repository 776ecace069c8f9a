import { z } from '@hono/zod-openapi';
import { displayName, email, plainText, timestamp } from './fields.ts';

const PASSWORD_LENGTH_MIN = 8;
const PASSWORD_LENGTH_MAX = 128;
const REFRESH_TOKEN_LENGTH_MAX = 256;

/** NIST SP 800-63B: length is the only rule for a new password. */
export const RegisterRequest = z
  .strictObject({
    email,
    password: plainText(PASSWORD_LENGTH_MAX).min(PASSWORD_LENGTH_MIN).openapi({ format: 'password', example: 'correct-horse-battery' }),
    firstName: displayName.openapi({ example: 'Ada' }),
    lastName: displayName.openapi({ example: 'Lovelace' }),
  })
  .openapi('RegisterRequest');

export const LoginRequest = z
  .strictObject({ email, password: plainText(PASSWORD_LENGTH_MAX).openapi({ format: 'password', example: 'demo-password-1' }) })
  .openapi('LoginRequest');

export const RefreshTokenRequest = z.strictObject({ refreshToken: plainText(REFRESH_TOKEN_LENGTH_MAX) }).openapi('RefreshTokenRequest');

export const Tokens = z
  .object({
    accessToken: z.string().openapi({ description: 'JWT, HS256' }),
    tokenType: z.literal('Bearer'),
    expiresInSeconds: z.int().openapi({ example: 600 }),
    refreshToken: z.string().openapi({ description: 'Good for one refresh within 30 days' }),
  })
  .openapi('Tokens');

export const Profile = z
  .object({
    userId: z.string(),
    email: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    roles: z.array(z.string()).readonly(),
    account: z.object({
      id: z.string(),
      status: z.string(),
      currency: z.literal('USD'),
      shortingAllowed: z.boolean(),
      createdAt: timestamp,
    }),
  })
  .openapi('Profile');
