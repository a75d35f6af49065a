import { expect, test } from 'vitest';
import { mountedCommand } from './mounted-command.ts';

const launch = { command: ['serve'], cwd: '/image/app', env: { A: '1' } };
const volume = { kind: 'volume', source: '/state/vol_1/data', path: '/data', inImage: null } as const;
const nowhere = (): null => null;

test('without mounts a command stays as it is', () => {
  expect(mountedCommand(launch, [], '/home')).toBe(launch);
});

test('where a process cannot have mounts of its own, a variable leads to the volume', () => {
  expect(mountedCommand(launch, [volume], '/home', nowhere)).toEqual({
    ...launch,
    env: { A: '1', FLY_VOLUME_PATH: '/state/vol_1/data' },
  });
});

test('where a process cannot have mounts of its own, a file stops it instead of being left out', () => {
  const file = { ...volume, kind: 'file', path: '/etc/app.conf' } as const;
  expect(() => mountedCommand(launch, [volume, file], '/home', nowhere)).toThrow('/etc/app.conf');
});
