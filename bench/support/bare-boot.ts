import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SERVER_SCRIPT } from '../../test/support/cloud-fly-images.ts';

/**
 * The physical floor of a wave: so many bare processes started at once, until the last has answered its health check,
 * with nothing in between. In milliseconds.
 */
export async function bareBootMs(machines: number, bootMs: string): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: machines }, () => bootOne(bootMs)));
  return performance.now() - startedAt;
}

/** So many bare processes started at once, until the last runs its first line. In milliseconds. */
export async function bareStartMs(machines: number): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: machines }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVER_SCRIPT], {
        env: { PATH: process.env['PATH'], BOOT_MS: '60000' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
    }),
  );
  return performance.now() - startedAt;
}

async function bootOne(bootMs: string): Promise<void> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVER_SCRIPT], {
    env: { PATH: process.env['PATH'], PORT: String(port), BOOT_MS: bootMs },
    stdio: 'ignore',
  });
  try {
    while (!(await isHealthy(port))) await delay(2);
  } finally {
    child.kill('SIGKILL');
  }
}

async function isHealthy(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    (response) => response.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
