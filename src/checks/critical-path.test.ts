import { expect, test } from 'vitest';
import { criticalPath } from './critical-path.ts';

test('the chain that takes longest decides, without what did not run', () => {
  const checks = [
    { name: 'deps', needs: [] },
    { name: 'lint', needs: ['deps'] },
    { name: 'test', needs: ['deps'] },
    { name: 'build', needs: ['lint', 'test', 'elsewhere'] },
  ];
  const ms: Record<string, number> = { deps: 0, lint: 5, test: 20, build: 7 };
  expect(criticalPath(checks, (name) => ms[name] ?? 0)).toEqual({ names: ['test', 'build'], ms: 27 });
  expect(criticalPath([], () => 1)).toEqual({ names: [], ms: 0 });
});
