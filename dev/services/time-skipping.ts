import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createManagedProcess } from '../managed-process.ts';
import { isPortInUse } from '../ports.ts';
import { findInCaches, findOnPath, projectCacheFile, sharedCacheFile } from './cache-folders.ts';
import { runTool } from './run-tool.ts';
import { downloadSdkTool } from './sdk-download.ts';
import { createOwnService, type Say, type Service, type ServiceStart } from './service.ts';
import { addSearchAttributes } from './temporal-namespace.ts';

const MAVEN_VERSION = '1.32.0';
const MAVEN_TIMEOUT_MS = 10 * 60_000;

/**
 * An executable for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } }
 * })`: TEMPORAL_TEST_SERVER, else one from the caches, else the SDK's download, else Maven's jar
 * behind a launcher (needs Java). Throws a sentence when none can be had.
 */
export async function resolveTimeSkipping(env: NodeJS.ProcessEnv, say: Say): Promise<string> {
  const given = env.TEMPORAL_TEST_SERVER;
  if (given) {
    say(`Time-skipping server: TEMPORAL_TEST_SERVER (${given})`);
    return given;
  }
  const cached =
    findInCaches('bin', 'temporal-test-server') ??
    findInCaches('temporal-test-server', MAVEN_VERSION, 'run');
  if (cached) {
    say(`Time-skipping server: ${cached}`);
    return cached;
  }
  say('Time-skipping server: asking for the one that the SDK downloads (20 s at most)');
  const target = projectCacheFile('bin', 'temporal-test-server');
  try {
    await downloadSdkTool('temporal-test-server', target, (line) =>
      say(`Time-skipping server: ${line}`),
    );
    return target;
  } catch (error) {
    say(`Time-skipping server: no download (${(error as Error).message})`);
  }
  return installWithMaven(env, say);
}

/** Starts a server of {@link resolveTimeSkipping} with our search attributes. */
export async function startTimeSkipping(executable: string, start: ServiceStart): Promise<Service> {
  const process = createManagedProcess({
    ...start,
    name: 'time-skipping',
    command: executable,
    args: [String(start.port), '--enable-time-skipping'],
    readyTimeoutMs: 60_000,
    isReady: () => isPortInUse(start.port),
  });
  await process.start();
  await addSearchAttributes(`127.0.0.1:${start.port}`, 'default');
  return createOwnService(process, executable);
}

async function installWithMaven(env: NodeJS.ProcessEnv, say: Say): Promise<string> {
  const advice =
    'Install Java and Maven, or set TEMPORAL_TEST_SERVER to a temporal-test-server executable.';
  const maven = findOnPath('mvn', env.PATH);
  const java = findOnPath('java', env.PATH);
  if (!maven || !java)
    throw new Error(
      `The time-skipping test server cannot be had: no download, no Maven with Java. ${advice}`,
    );
  const target = sharedCacheFile('temporal-test-server', MAVEN_VERSION);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  say(
    `Time-skipping server: fetching io.temporal:temporal-test-server:${MAVEN_VERSION} with Maven, about a minute, once`,
  );
  try {
    writeFileSync(join(folder, 'pom.xml'), pom());
    await runTool({
      command: maven,
      args: [
        '-q',
        '-B',
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        '-DoutputDirectory=jars',
      ],
      cwd: folder,
      env,
      timeoutMs: MAVEN_TIMEOUT_MS,
      doing: 'Time-skipping server: Maven fetches it',
      say,
    });
    writeFileSync(join(folder, 'run'), launcher());
    chmodSync(join(folder, 'run'), 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(
      `The time-skipping test server cannot be had: ${(error as Error).message}. ${advice}`,
      { cause: error },
    );
  }
  return join(target, 'run');
}

function pom(): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>hub</groupId>
  <artifactId>time-skipping</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${MAVEN_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
}

/**
 * The SDK calls an executable with `<port> --enable-time-skipping`; the jar's main class takes the
 * same.
 */
function launcher(): string {
  return `#!/bin/sh
exec java -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`;
}
