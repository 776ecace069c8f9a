import { z } from '@hono/zod-openapi';
import {
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
} from '../../use-cases/identity/password-rule.ts';
import { accountId, displayName, email, plainText, timestamp, uuidInPath } from '../rest/fields.ts';

const REFRESH_TOKEN_LENGTH_MAX = 256;

const password = plainText(PASSWORD_LENGTH_MAX).openapi({
  format: 'password',
  example: 'demo-password-1',
});

/** How long it must be; what else it must not be is `PASSWORD_TOO_WEAK`. */
const newPassword = plainText(PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN).openapi({
  format: 'password',
  example: 'correct-horse-battery',
});

export const RegisterRequest = z
  .strictObject({
    email,
    password: newPassword,
    firstName: displayName.openapi({ example: 'Ada' }),
    lastName: displayName.openapi({ example: 'Lovelace' }),
  })
  .openapi('RegisterRequest');

export const LoginRequest = z.strictObject({ email, password }).openapi('LoginRequest');

export const ChangePasswordRequest = z
  .strictObject({ currentPassword: password, newPassword })
  .openapi('ChangePasswordRequest');

export const RefreshTokenRequest = z
  .strictObject({ refreshToken: plainText(REFRESH_TOKEN_LENGTH_MAX) })
  .openapi('RefreshTokenRequest');

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

export const SessionPath = z.object({ id: uuidInPath });

export const SessionList = z
  .object({
    items: z.array(
      z
        .object({
          id: z.string(),
          createdAt: timestamp,
          lastUsedAt: timestamp.openapi({ description: 'When its tokens were issued last' }),
          expiresAt: timestamp.openapi({ description: 'Unless it is refreshed before' }),
          current: z.boolean().openapi({ description: 'Whether it is the session of this token' }),
        })
        .openapi('Session'),
    ),
  })
  .openapi('SessionList');

export const EndedSessions = z
  .object({ ended: z.int().openapi({ description: 'How many' }) })
  .openapi('EndedSessions');

const orNull = <T extends z.ZodType>(type: T) => type.nullable().default(null);

export const FindUsersQuery = z
  .strictObject({
    email: orNull(email).openapi({ type: 'string', format: 'email' }),
    id: orNull(accountId).openapi({ type: 'string', format: 'uuid' }),
    accountId: orNull(accountId).openapi({ type: 'string', format: 'uuid' }),
  })
  .refine((query) => Object.values(query).filter((value) => value !== null).length === 1, {
    message: 'give one of email, id and accountId',
    path: ['email'],
  });

export const UserList = z.object({ items: z.array(Profile) }).openapi('UserList');

export const UserPath = z.object({ id: uuidInPath });
