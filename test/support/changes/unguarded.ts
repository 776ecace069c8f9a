import { lookFirst } from './look-first.ts';

/** The same change without `patched`. */
export const interceptors = lookFirst({ isGuarded: false });
