import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from '../../../contracts/errors.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Routes only name codes for the document. */
const RULES = [
  'domain/**/*.ts',
  'use-cases/**/*.ts',
  'adapters/**/*.ts',
  'activities/**/*.ts',
  'workflows/**/*.ts',
  'api/*.ts',
  'api/connect/*.ts',
  'api/limits/*.ts',
  'api/rest/{problem,read-request,strict-json}.ts',
];

it('no error code is there that nothing decides or throws', () => {
  const text = globSync(RULES, { cwd: ROOT })
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');
  expect(Object.keys(ERRORS).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});
