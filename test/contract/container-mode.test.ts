import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cloudStatus } from '../../src/cloud/control/client.ts';
import { startCloud } from '../../src/cloud/server/start-cloud.ts';
import type { MachinesChoice } from '../../src/cloud/server/open-engine.ts';
import { systemClock } from '../../src/util/clock.ts';

let stateDir: string;

beforeEach(() => (stateDir = mkdtempSync(join(tmpdir(), 'glidepath-mode-'))));
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const start = (machines?: MachinesChoice) =>
  startCloud({ stateDir, apiPort: 0, edgePort: 0, clock: systemClock, ...(machines ? { machines } : {}) });

test('containers that are asked for where no engine answers keep the cloud from starting (ENGINE_MISSING)', async () => {
  const env = { DOCKER_HOST: `unix://${join(stateDir, 'nobody.sock')}` };
  await expect(start({ asked: 'container', env })).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    message: `No container engine answers at unix://${stateDir}/nobody.sock.`,
    hint: expect.stringContaining('--machines process'),
  });
  await expect(start({ asked: 'container', env: { DOCKER_HOST: 'ssh://far' } })).rejects.toThrow(
    /on this computer/,
  );
});

test('left alone, a cloud without an engine runs processes and says what was asked for', async () => {
  const env = { DOCKER_HOST: `unix://${join(stateDir, 'nobody.sock')}` };
  const cloud = await start({ asked: 'auto', env });
  try {
    expect(await cloudStatus(cloud.info)).toMatchObject({
      mode: 'process',
      machines: { asked: 'auto', mode: 'process', engine: null },
    });
  } finally {
    await cloud.close();
  }
});

test('an engine that accepts and never answers does not keep anybody waiting', async () => {
  const path = join(stateDir, 'deaf.sock');
  const deaf = createServer(() => undefined).listen(path);
  try {
    expect(await modeWith(path)).toBe('process');
  } finally {
    deaf.closeAllConnections();
    deaf.close();
  }
});

/** What a cloud runs machines as where the engine is said to be at a socket. */
async function modeWith(socket: string): Promise<string> {
  const cloud = await start({ asked: 'auto', env: { DOCKER_HOST: `unix://${socket}` } });
  const { mode } = cloud.info.machines;
  await cloud.close();
  return mode;
}
