import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const FUNCTIONS = join(ROOT, 'drizzle', 'functions');

const files = readdirSync(FUNCTIONS).map((file) => ({
  name: file.replace(/\.sql$/, ''),
  text: readFileSync(join(FUNCTIONS, file), 'utf8'),
}));

describe('the functions of the database', () => {
  it.each(files)('$name is made in the file of its name, alone', ({ name, text }) => {
    const made = [...text.matchAll(/CREATE OR REPLACE FUNCTION (\w+)\(/g)].map(([, made]) => made);
    expect(made).toEqual([name]);
  });

  it('post transfers and change balances in post_transfers and nowhere else', () => {
    const WRITES = /INTO ledger_transfers|UPDATE ledger_accounts|DELETE FROM ledger_/i;
    expect(files.filter(({ text }) => WRITES.test(text)).map(({ name }) => name)).toEqual([
      'post_transfers',
    ]);
    const product = ['adapters', 'drizzle', 'use-cases', 'api', 'workers'].flatMap((folder) =>
      (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(ROOT, folder, file)),
    );
    expect(product.length).toBeGreaterThan(100);
    expect(product.filter((file) => WRITES.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
