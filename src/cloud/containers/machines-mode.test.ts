import { expect, test } from 'vitest';
import { machinesMode } from './machines-mode.ts';

const ask = (asked: 'auto' | 'process' | 'container', hasEngine: boolean, hasDockerfile = true) =>
  machinesMode({ asked, hasEngine, hasDockerfile });

test('left alone, machines are containers where an engine answers and there is a Dockerfile', () => {
  expect(ask('auto', true)).toBe('container');
  expect(ask('auto', false)).toBe('process');
  expect(ask('auto', true, false)).toBe('process');
});

test('processes are always possible', () => {
  expect(ask('process', true)).toBe('process');
  expect(ask('process', false)).toBe('process');
});

test('containers that cannot be had are not silently something else', () => {
  expect(ask('container', true)).toBe('container');
  expect(ask('container', false)).toBeNull();
  expect(ask('container', true, false)).toBeNull();
});
