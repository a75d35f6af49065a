import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../util/clock.ts';
import { socketDirFor } from '../postgres/server/socket-directory.ts';
import { MachineRuntime } from './machine-runtime.ts';

test('of a machine that has ended nothing stays in the folder for temporary files, whoever started it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-runtime-'));
  try {
    const dir = join(root, 'a-rather-long-folder-name'.repeat(4));
    const runtimeOf = (): MachineRuntime =>
      new MachineRuntime({
        clock: systemClock,
        dir,
        signal: new AbortController().signal,
        containers: null,
      });
    const runtime = runtimeOf();
    const sockets = socketDirFor(runtime.homeOf('m1'));
    expect(dirname(sockets)).toBe(tmpdir());
    const logFile = join(root, 'log');
    for (const isAdopted of [false, true]) {
      mkdirSync(sockets);
      const started = await runtime.start({
        machineId: 'm1',
        command: [process.execPath, '--eval', 'setInterval(() => {}, 1000)'],
        cwd: root,
        env: { HOME: runtime.homeOf('m1') },
        mounts: [],
        logFile,
        container: null,
      });
      if (started === null) throw new Error('it does not run');
      const held = isAdopted ? runtimeOf().adopt('m1', started.ref, { port: 1, logFile }) : started;
      expect(existsSync(sockets)).toBe(true);
      await held?.stop({ signal: 'SIGTERM', timeoutMs: 5_000 });
      expect(existsSync(sockets)).toBe(false);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
