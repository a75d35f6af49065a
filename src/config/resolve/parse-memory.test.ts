import { describe, expect, test } from 'vitest';
import { parseMemory } from './parse-memory.ts';

describe('parseMemory', () => {
  test.each([
    ['256mb', 256],
    ['512MB', 512],
    ['1gb', 1024],
    ['2Gb', 2048],
  ])('%s is %i MB', (text, megabytes) => {
    expect(parseMemory(text)).toBe(megabytes);
  });

  test.each(['', '0gb', '256', '1 gb', '1.5gb', 'gb', '1tb', '9999999mb'])(
    '%j is no amount of memory',
    (text) => {
      expect(parseMemory(text)).toBeNull();
    },
  );
});
