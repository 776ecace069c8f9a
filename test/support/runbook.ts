import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PORTS, type PortName, type Ports } from '../../dev/ports.ts';
import { resolveTemporal } from '../../dev/services/temporal.ts';
import type { E2eStack } from './e2e-stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The pages whose boxes of commands are run; the name of a box is its own in all of them. */
export const OPERATORS_PAGES = ['RUNBOOK.md', 'BACKUP.md', 'REHEARSAL.md'] as const;
const COMMANDS_MS_MAX = 60_000;

/** The commands of the operators' pages by the names of their boxes. */
export function readBoxes(): Map<string, string> {
  const boxes = OPERATORS_PAGES.flatMap((page) => [
    ...readFileSync(join(ROOT, 'docs', page), 'utf8').matchAll(/^```sh (\S+)\n(.*?)^```$/gms),
  ]);
  return new Map(boxes.map(([, name = '', commands = '']) => [name, commands]));
}

const portVariables = (ports: Ports): Record<string, string> =>
  Object.fromEntries(
    Object.entries(PORTS).map(([name, { variable }]) => [
      variable,
      String(ports[name as PortName]),
    ]),
  );

export interface Runbook {
  /**
   * Runs a box as an operator's shell would, its `<placeholders>` filled in; answers with what it
   * printed. Throws when a command fails.
   */
  run(box: string, placeholders?: Readonly<Record<string, string>>): Promise<string>;
  /** Any other command, in the same shell. */
  shell(commands: string): Promise<string>;
  close(): void;
}

/** An operator's shell beside a running stack, set up by the box `setup`. */
export async function openRunbook({ stack, stateDir }: E2eStack): Promise<Runbook> {
  const boxes = readBoxes();
  const cwd = mkdtempSync(join(tmpdir(), 'hub-operator-'));
  symlinkSync(stateDir, join(cwd, '.hub'));
  for (const name of ['package.json', 'dev']) symlinkSync(join(ROOT, name), join(cwd, name));
  const { TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '' } = stack.env;
  const { TEMPORAL_ADDRESS: _external, ...outside } = process.env;
  const cli = await resolveTemporal(outside, () => {});
  if (cli.kind !== 'cli') throw new Error('there is no Temporal CLI');
  const PATH = [dirname(cli.executable), process.env.PATH].join(delimiter);
  const env = {
    ...{ ...process.env, PATH, HUB: stack.urls.api, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE },
    ...{ HUB_URL: stack.urls.api, HUB_STATE_DIR: stateDir, ...portVariables(stack.ports) },
  };

  async function bash(
    commands: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const options = { cwd, env: { ...env, ...more }, timeout: COMMANDS_MS_MAX };
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', `set -eo pipefail\n${commands}`],
      options,
    );
    return stdout;
  }

  const textOf = (box: string): string => {
    const commands = boxes.get(box);
    if (commands === undefined) throw new Error(`the runbook has no box ${box}`);
    return commands;
  };

  const TOKEN = (await bash(`${textOf('setup')}\nprintf %s "$TOKEN"`)).trim();
  const shell = (commands: string) => bash(commands, { TOKEN });
  return {
    shell,
    run(box, placeholders = {}) {
      const filled = Object.entries(placeholders).reduce(
        (text, [name, value]) => text.replaceAll(`<${name}>`, value),
        textOf(box),
      );
      const open = /<\w+>/.exec(filled)?.[0];
      if (open) throw new Error(`nothing is given for ${open} of ${box}`);
      return shell(filled);
    },
    close: () => rmSync(cwd, { recursive: true, force: true }),
  };
}
