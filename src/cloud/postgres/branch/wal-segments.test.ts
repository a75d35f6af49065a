import { expect, test } from 'vitest';
import { bytesUpTo, isTimelineHistory, lastSegmentBefore, segmentOf, segmentOfFile } from './wal-segments.ts';

test('a place in the log is in the segment whose file has its name', () => {
  expect(segmentOf('0/C81138')).toBe(12);
  expect(segmentOfFile('00000001000000000000000C')).toBe(12);
  expect(segmentOf('2/3A1B2C8')).toBe(segmentOfFile('00000005000000020000003A'));
  expect(bytesUpTo('1/0')).toBe(2 ** 32);
});

test('what ends where a segment ends has nothing in the next one', () => {
  expect(segmentOf('0/1000000')).toBe(16);
  expect(lastSegmentBefore('0/1000000')).toBe(15);
  expect(lastSegmentBefore('0/1000001')).toBe(16);
});

test('other files of the log are no segments', () => {
  for (const name of ['archive_status', '00000002.history', '00000001000000000000000D.00000028.backup'])
    expect(segmentOfFile(name)).toBeNull();
  expect(isTimelineHistory('00000002.history')).toBe(true);
  expect(isTimelineHistory('00000001000000000000000C')).toBe(false);
});
