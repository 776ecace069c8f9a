import { describe, expect, it } from 'vitest';
import { HubError } from '../../../contracts/errors.ts';
import { callJson, createApiRig } from '../api-rig.ts';
import { createStubUseCases, PROFILE } from '../stub-use-cases.ts';

const REGISTRATION = {
  email: 'Ada@Test.local',
  password: 'correct-horse',
  firstName: 'Ada',
  lastName: 'Lovelace',
};
const SQL = `'; DROP TABLE users; --`;

const post = async (path: string, body: unknown) =>
  callJson(await createApiRig(), 'POST', path, body, {});

describe('register', () => {
  it('answers 201 with the profile, the e-mail in lower case', async () => {
    const response = await post('/v1/auth/register', REGISTRATION);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ ...PROFILE, email: 'ada@test.local' });
  });

  it.each([['Zoë 🦊'], ['👩‍👩‍👧‍👦'], ['李小龙'], ["O'Brien"], [SQL]])(
    'takes %s as a name, as it is',
    async (firstName) => {
      const response = await post('/v1/auth/register', { ...REGISTRATION, firstName });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ firstName });
    },
  );

  it.each([
    ['NUL in a name', { firstName: 'A\u0000da' }, 'firstName'],
    ['a control character in a name', { lastName: 'Love\u0007lace' }, 'lastName'],
    ['half a surrogate pair in a name', { lastName: '\udc00' }, 'lastName'],
    ['a name of blanks', { firstName: '   ' }, 'firstName'],
    ['a name of 101 characters', { firstName: 'x'.repeat(101) }, 'firstName'],
    ['NUL in the password', { password: 'correct\u0000horse' }, 'password'],
    ['a short password', { password: 'short' }, 'password'],
    ['an endless password', { password: 'x'.repeat(129) }, 'password'],
    ['an e-mail that is none', { email: 'nobody' }, 'email'],
    ['SQL as e-mail', { email: SQL }, 'email'],
    ['NUL in the e-mail', { email: 'a\u0000@test.local' }, 'email'],
    ['a role of one’s own choice', { roles: ['OPERATOR'] }, 'roles'],
  ])('rejects %s', async (_what, over, path) => {
    const response = await post('/v1/auth/register', { ...REGISTRATION, ...over });
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { errors: { path: string }[] };
    expect(problem).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  it('never repeats a password that it rejects', async () => {
    const response = await post('/v1/auth/register', {
      ...REGISTRATION,
      password: 'secret\u0000-1',
    });
    expect(await response.text()).not.toContain('secret');
  });
});

describe('sessions', () => {
  it('answers login and refresh with a pair of tokens that no cache keeps', async () => {
    for (const [path, body] of [
      ['/v1/auth/login', { email: REGISTRATION.email, password: REGISTRATION.password }],
      ['/v1/auth/refresh', { refreshToken: 'refresh' }],
    ] as const) {
      const response = await post(path, body);
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(await response.json()).toEqual({
        accessToken: 'access',
        tokenType: 'Bearer',
        expiresInSeconds: 600,
        refreshToken: 'refresh',
      });
    }
  });

  it('answers logout with 204 and nothing else', async () => {
    const response = await post('/v1/auth/logout', { refreshToken: 'whatever' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  it.each([
    ['/v1/auth/login', { email: 'ada@test.local', password: 7 }],
    ['/v1/auth/login', { email: 'ada@test.local' }],
    ['/v1/auth/login', { email: { $ne: null }, password: 'x' }],
    ['/v1/auth/login', { email: SQL, password: SQL }],
    ['/v1/auth/refresh', { refreshToken: '' }],
    ['/v1/auth/refresh', { refreshToken: 'a\u0000' }],
    ['/v1/auth/logout', {}],
  ])('rejects %s with %j', async (path, body) => {
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('tells wrong credentials by a 401 that asks for a bearer', async () => {
    const login = async () => {
      throw new HubError('INVALID_CREDENTIALS');
    };
    const rig = await createApiRig({
      useCases: createStubUseCases({ identity: { login } }).useCases,
    });
    const response = await callJson(
      rig,
      'POST',
      '/v1/auth/login',
      { email: 'ada@test.local', password: SQL },
      {},
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'INVALID_CREDENTIALS' });
  });

  it('gives the profile of the token’s user', async () => {
    const response = await callJson(await createApiRig(), 'GET', '/v1/me');
    expect(await response.json()).toEqual(PROFILE);
  });
});
