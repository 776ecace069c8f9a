import { createPoster, type JsonTarget } from './post-json.ts';

const CONNECTIONS = 300;

/**
 * 408, 503: the flood is too much for its own side, or for the machine; what honest users are
 * answered is another matter.
 */
const EXPECTED: readonly number[] = [401, 408, 429, 503];

/**
 * 300 connections that try wrong passwords without a pause: of users that there are, in rotation,
 * and of nobody.
 */
export const wrongLogins = (
  emails: readonly string[] = ['demo@hub.local', 'nobody@hub.local'],
) => ({
  name: 'wrong logins',
  async run(target: JsonTarget, signal: AbortSignal): Promise<Readonly<Record<number, number>>> {
    const { post, close } = createPoster(target, CONNECTIONS);
    const answers: Record<number, number> = {};
    const guess = async (connection: number): Promise<void> => {
      for (let attempt = 0; !signal.aborted; attempt++) {
        const email = emails[(connection + attempt) % emails.length];
        const { status } = await post('/v1/auth/login', {
          email,
          password: `wrong-password-${connection}-${attempt}`,
        });
        answers[status] = (answers[status] ?? 0) + 1;
        if (!EXPECTED.includes(status)) throw new Error(`a wrong login was answered ${status}`);
      }
    };
    try {
      await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => guess(connection)));
    } finally {
      close();
    }
    return answers;
  },
});
