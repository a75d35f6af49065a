import { describe, expect, test } from 'vitest';
import { isTimezone, nextCronTime, readCron } from './cron.ts';

const next = (text: string, after: string, timezone = 'UTC'): string | undefined => {
  const cron = readCron(text);
  if (cron === undefined) throw new Error(`not a cron line: ${text}`);
  const time = nextCronTime(cron, timezone, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
};

describe('readCron', () => {
  test.each([
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '@daily',
    'x * * * *',
  ])('refuses %s', (text) => expect(readCron(text)).toBeUndefined());

  test.each(['*/0 * * * *', '5-1 * * * *', '1-2-3 * * * *', '1/2/3 * * * *', ',1 * * * *', '-1 * * * *'])(
    'refuses %s',
    (text) => expect(readCron(text)).toBeUndefined(),
  );

  test.each(['15 4,5 * * *', '*/15 0-6/2 * JAN-mar mon-FRI', '0 0 29 2 *', '5/10 * * * *'])(
    'takes %s',
    (text) => expect(readCron(text)).toBeDefined(),
  );
});

describe('nextCronTime', () => {
  test.each([
    ['30 5 * * *', '2026-11-20T05:29:59Z', '2026-11-20T05:30'],
    ['30 5 * * *', '2026-11-20T05:30:00Z', '2026-11-21T05:30'],
    ['*/15 * * * *', '2026-11-20T05:30:01Z', '2026-11-20T05:45'],
    ['0 0 1 1 *', '2026-11-20T00:00:00Z', '2027-01-01T00:00'],
    ['0 9 * * mon-fri', '2026-11-20T09:00:00Z', '2026-11-23T09:00'],
    ['0 0 29 2 *', '2026-11-20T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 13 * 5', '2026-11-20T00:00:00Z', '2026-11-27T00:00'],
    ['5/20 3 * * *', '2026-11-20T03:06:00Z', '2026-11-20T03:25'],
  ])('%s after %s', (text, after, expected) => expect(next(text, after)).toBe(expected));

  test('goes by the clock of its time zone', () => {
    expect(next('0 9 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-07-01T07:00');
    expect(next('0 9 * * *', '2026-12-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-12-01T08:00');
    expect(next('15 0 * * *', '2026-12-01T00:00:00Z', 'Asia/Kolkata')).toBe('2026-12-01T18:45');
  });

  test('leaves out a time that is skipped when clocks go forward', () => {
    expect(next('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30');
  });

  test('is never for a day that does not exist', () => {
    expect(next('0 0 30 2 *', '2026-11-20T00:00:00Z')).toBeUndefined();
  });
});

test('a time zone is an IANA name', () => {
  expect([
    isTimezone('America/New_York'),
    isTimezone('UTC'),
    isTimezone('Mars/Base'),
    isTimezone(''),
  ]).toEqual([true, true, false, false]);
});
