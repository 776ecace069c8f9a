import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from './run-tool.ts';
import type { Say } from './service.ts';

const ANSWER_TIMEOUT_MS = 20_000;
const ARCHIVE_TIMEOUT_MS = 180_000;
const SDK = { name: 'sdk-typescript', version: '1.24.0' };

/**
 * Fetches a tool from where the Temporal SDK fetches it, into `target`. The first answer may take
 * 20 s, the archive 3 minutes. Throws when there is no network, no build for this platform, or the
 * archive cannot be unpacked.
 */
export async function downloadSdkTool(
  tool: 'cli' | 'temporal-test-server',
  target: string,
  say: Say,
): Promise<void> {
  const query = new URLSearchParams({
    arch: arch() === 'arm64' ? 'arm64' : 'amd64',
    platform: platform() === 'darwin' ? 'darwin' : 'linux',
    format: 'tar.gz',
    'sdk-name': SDK.name,
    'sdk-version': SDK.version,
  });
  const answer = await fetch(`https://temporal.download/${tool}/default?${query}`, {
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`temporal.download answered ${answer.status}`);
  const { archiveUrl, fileToExtract } = (await answer.json()) as {
    archiveUrl: string;
    fileToExtract: string;
  };
  say(`downloading ${archiveUrl}`);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    const archive = await fetch(archiveUrl, { signal: AbortSignal.timeout(ARCHIVE_TIMEOUT_MS) });
    if (!archive.ok) throw new Error(`${archiveUrl} answered ${archive.status}`);
    await writeFile(join(folder, 'archive.tar.gz'), Buffer.from(await archive.arrayBuffer()));
    await runTool({
      command: 'tar',
      args: ['-xzf', join(folder, 'archive.tar.gz'), '-C', folder],
      timeoutMs: ARCHIVE_TIMEOUT_MS,
      doing: `unpacking ${archiveUrl}`,
      say,
    });
    chmodSync(join(folder, fileToExtract), 0o755);
    renameSync(join(folder, fileToExtract), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
