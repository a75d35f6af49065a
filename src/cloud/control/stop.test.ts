import { expect, test } from 'vitest';
import { stopFailure } from './stop.ts';

test('what could not be ended is named with the command that ends it (CLOUD_STOP_FAILED)', () => {
  const left = [
    { pid: 41, command: 'node server.js' },
    { pid: 42, command: 'postgres -D /data' },
  ];
  expect(stopFailure(left)).toMatchObject({
    code: 'CLOUD_STOP_FAILED',
    message:
      'These processes of the local cloud could not be ended: 41 (node server.js), 42 (postgres -D /data).',
    hint: 'kill -9 41 42',
  });
});
