import { lookFirst } from './look-first.ts';

/**
 * A change as it should be: an order looks into the books before it is canceled, or sent again,
 * unless it did so before without a look.
 */
export const interceptors = lookFirst({ isGuarded: true });
