import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { metricsIn, readAlertRules } from '../support/alert-rules.ts';
import { OPERATORS_PAGES, readBoxes } from '../support/runbook.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const PICTURE_BYTES_MAX = 150_000;

const runbook = readFileSync(join(DOCS, 'RUNBOOK.md'), 'utf8');
const rules = readAlertRules();

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

const headingsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');

it('has a section in the runbook for each alert, and an alert for each section', () => {
  const sections = headingsOf(runbook.slice(runbook.indexOf('\n## Alerts\n'))).slice(1);
  expect(rules.length).toBeGreaterThan(15);
  expect(sections.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});

it('tells in each section what it means, what is safe, where to look, what repairs it and how that is seen', () => {
  for (const { alert } of rules) {
    const section = runbook.split(new RegExp(`^### ${alert}$`, 'm'))[1]?.split(/^### /m)[0] ?? '';
    const rows = [
      ...section.matchAll(/^\| (means|safe meanwhile|look|repair|repaired when) +\| .+\|$/gm),
    ].map((row) => row[1]);
    expect(rows, alert).toEqual(['means', 'safe meanwhile', 'look', 'repair', 'repaired when']);
  }
});

it('leads from each alert to its section', () => {
  for (const { alert, runbookUrl } of rules)
    expect(runbookUrl).toBe(`docs/RUNBOOK.md#${alert.toLowerCase()}`);
});

it('goes by metrics', () => {
  expect(metricsIn('sum(rate(http_requests_total{status=~"5.."}[5m])) > up')).toEqual([
    'http_requests_total',
    'up',
  ]);
  for (const { alert, expr } of rules) expect(metricsIn(expr), `${alert}: ${expr}`).not.toEqual([]);
});

it('has no box of commands that is not run against a real system', () => {
  const tests = ['runbook', 'restore', 'rehearsal', 'alerts-fire'].map((name) =>
    readFileSync(join(import.meta.dirname, '..', 'e2e', `${name}.test.ts`), 'utf8'),
  );
  const run = new Set(
    [...tests.join('').matchAll(/runbook\.run\('([\w-]+)'/g)].map((match) => match[1]),
  );
  // The shell of all others.
  run.add('setup');
  expect([...readBoxes().keys()].filter((box) => !run.has(box))).toEqual([]);
  const boxes = OPERATORS_PAGES.flatMap(
    (page) => readFileSync(join(DOCS, page), 'utf8').match(/^ *```sh/gm) ?? [],
  );
  expect(boxes).toHaveLength(readBoxes().size);
});

it.each([...OPERATORS_PAGES, 'ROLLOUT.md', 'CAPACITY.md'])(
  '%s leads nowhere that is not there',
  (page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!http)([^)#]*)(?:#([^)]*))?\)/g)].map(
      ([, file = '', anchor]) => ({ file, anchor }),
    );
    expect(links.length).toBeGreaterThan(3);
    for (const { file, anchor } of links) {
      const path = join(DOCS, file === '' ? page : file);
      expect(existsSync(path), file).toBe(true);
      if (anchor !== undefined)
        expect(headingsOf(readFileSync(path, 'utf8')).map(anchorOf), `${file}#${anchor}`).toContain(
          anchor,
        );
    }
  },
);

it('has no command that is cut short', () => {
  const commands = [
    ...runbook.matchAll(/`((?:curl|temporal|psql|grep|docker|redis-cli|kill) [^`]*)`/g),
  ];
  expect(commands.length).toBeGreaterThan(20);
  for (const [, command = ''] of commands) expect(command).not.toMatch(/…|\.\.\./);
});

it('shows every picture, none of them too heavy', () => {
  const pictures = readdirSync(join(DOCS, 'runbook'));
  expect(pictures.toSorted()).toEqual(
    [...runbook.matchAll(/\]\(runbook\/([^)]+)\)/g)].map((match) => match[1] ?? '').toSorted(),
  );
  for (const picture of pictures)
    expect(statSync(join(DOCS, 'runbook', picture)).size, picture).toBeLessThan(PICTURE_BYTES_MAX);
});
