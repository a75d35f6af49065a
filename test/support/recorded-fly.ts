import { join } from 'node:path';
import { expect } from 'vitest';
import { createFlyService } from '../../src/cloud/fly/fly-service.ts';
import type { FlyService, FlyServiceOptions } from '../../src/cloud/fly/fly-service.ts';
import { recordExchanges } from '../../src/cloud/server/exchange-recorder.ts';

/** Set by the daemon's caller and read by the daemon: where it writes its exchanges down. */
const RECORD_VARIABLE = 'GLIDEPATH_RECORD_EXCHANGES';

/** Where the exchanges of the test that runs now go, a directory named after it; undefined when nobody wants them. */
export function exchangesOfThisTest(): string | undefined {
  const root = process.env['GLIDEPATH_TEST_EXCHANGES'];
  if (root === undefined) return undefined;
  const { testPath, currentTestName } = expect.getState();
  const file = testPath?.split('/').at(-1)?.replace('.test.ts', '') ?? 'unknown';
  const name = `${file} ${currentTestName ?? 'before all'}`.replaceAll(/[^\w]+/g, '-').slice(0, 150);
  return join(root, name);
}

/** The environment by which a daemon started by this test writes its exchanges down. */
export function recordingEnvironment(): Record<string, string> {
  const dir = exchangesOfThisTest();
  return dir === undefined ? {} : { [RECORD_VARIABLE]: dir };
}

/** A local Fly in this process, every exchange with which is written down. */
export async function createRecordedFly(options: FlyServiceOptions): Promise<FlyService> {
  const service = await createFlyService(options);
  const dir = exchangesOfThisTest();
  if (dir !== undefined) {
    const handle = recordExchanges(service.routes.fetch, dir);
    service.routes.fetch = (request, env) => handle(request, env);
  }
  return service;
}
