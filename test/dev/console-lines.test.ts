import { expect, it } from 'vitest';
import { shortenLine } from '../../dev/console-lines.ts';

it('shows warnings and errors of our processes with their reason and hides the rest', () => {
  expect(shortenLine('api', '{"level":40,"msg":"slow"}')).toBe('warning: slow');
  expect(shortenLine('api', '{"level":50,"msg":"failed","err":{"message":"no route"}}')).toBe(
    'error: failed (no route)',
  );
  expect(shortenLine('api', '{"level":30,"msg":"listening"}')).toBeNull();
});

it('shows a stack trace that is not a log entry', () => {
  expect(shortenLine('api', 'TypeError: x is not a function')).toContain('TypeError');
});

it("hides a database's rejection of one statement and shows that it cannot go on", () => {
  expect(shortenLine('postgres', '2026 ERROR:  duplicate key value')).toBeNull();
  expect(shortenLine('postgres', '2026 FATAL:  could not write lock file')).toContain(
    'could not write lock file',
  );
});

it('cuts long lines', () => {
  expect(shortenLine('api', `Error: ${'x'.repeat(1_000)}`)?.length).toBeLessThan(210);
});
