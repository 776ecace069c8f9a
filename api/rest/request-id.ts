import { randomUUID } from 'node:crypto';

const ACCEPTABLE = /^[\x21-\x7e]{1,128}$/;

/** The id that the client gave, if it is 1 to 128 visible ASCII characters, else a new one. */
export const requestIdFrom = (header: string | null | undefined): string =>
  header && ACCEPTABLE.test(header) ? header : randomUUID();
