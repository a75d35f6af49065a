import { expect, test } from 'vitest';
import { parsePostmasterPid } from './postmaster-pid.ts';

const WHOLE = ['6002', '/data/main', '1795208355', '5432', '/data/socket', '', '  9977984         4'];

test('a server that accepts connections has said so in the eighth line', () => {
  expect(parsePostmasterPid([...WHOLE, 'ready   ', ''].join('\n'))).toEqual({
    pid: 6002,
    dataDir: '/data/main',
    ready: true,
  });
});

test.each(['starting', 'stopping', 'standby '])('%s is not ready', (status) => {
  expect(parsePostmasterPid([...WHOLE, status, ''].join('\n'))?.ready).toBe(false);
});

test.each(['', 'x', '0\n/data', '-5\n/data', '6002', '6002\n'])('%j is not a whole file', (text) => {
  expect(parsePostmasterPid(text)).toBeNull();
});
