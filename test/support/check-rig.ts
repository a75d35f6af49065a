import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executeOnHost } from '../../src/checks/execute-on-host.ts';
import type { ChecksDeps } from '../../src/checks/run-checks.ts';
import { openCheckService } from '../../src/cli/checks/check-services.ts';
import { createVault } from '../../src/cli/platforms/secret-vault.ts';
import { systemClock } from '../../src/util/clock.ts';

/** What a rig is given besides what is the same for all. */
export interface CheckRigOptions extends Partial<ChecksDeps> {
  /** What the environment of this process would hold. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the processes of these checks are known by. */
  readonly mark?: string;
}

/** Real processes on this host, with secrets masked; no cache, unless one is given. */
export function checkDeps(options: CheckRigOptions = {}): ChecksDeps {
  const { env = {}, mark = `rig-${process.pid}`, ...more } = options;
  const vault = createVault(env);
  const redact = (text: string): string => vault.redact(text);
  const execute = executeOnHost({
    spawn,
    clock: systemClock,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    mark,
    outerMark: null,
    redact,
  });
  return {
    execute: { host: execute, container: () => Promise.reject(new Error('no container in this test')) },
    openService: openCheckService,
    variable: (name) => vault.read(name),
    redact,
    clock: systemClock,
    capacity: 2,
    reader: null,
    memory: null,
    claims: null,
    logDirectory: join(tmpdir(), `glidepath-logs-${mark}`),
    ...more,
  };
}
