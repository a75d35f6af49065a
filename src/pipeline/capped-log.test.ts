import { expect, test } from 'vitest';
import { cappedLog } from './capped-log.ts';

test('megabytes of output are kept up to a limit, which is said once, and long lines are cut', () => {
  const kept: string[] = [];
  const log = cappedLog((line) => kept.push(line));
  log('x'.repeat(1_000_000));
  for (let line = 0; line < 20_000; line += 1) log(`line ${line}`);
  expect(kept).toHaveLength(5_001);
  expect(kept[0]).toHaveLength(2_000);
  expect(kept.at(-1)).toBe('… more than 5000 lines; the rest is dropped');
});
