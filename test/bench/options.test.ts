import { expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';

it('measures all parts but the resting orders unless told which', () => {
  expect([...readOptions([]).parts]).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(readOptions([]).quick).toBe(false);
  expect([...readOptions(['--quick', '--only', 'a,c']).parts]).toEqual(['a', 'c']);
  expect([...readOptions(['--only', 'settlement,resting']).parts]).toEqual(['f', 'g']);
});

it('names a part that there is not', () => {
  expect(() => readOptions(['--only', 'a,x'])).toThrow('there is no part x');
});

it('rejects an option that there is not', () => {
  expect(() => readOptions(['--fast'])).toThrow('--fast');
});
