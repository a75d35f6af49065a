import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MachineLog } from './machine-log.ts';

function logFile(): { file: string; open: () => MachineLog } {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-log-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'm.log');
  let stamp = 1000;
  return { file, open: () => new MachineLog({ file, machineId: 'm', nextStamp: () => ++stamp }) };
}

const messages = (log: MachineLog): string[] => log.lines().map((line) => line.message);

test('lines are taken in whole, each with a stamp of its own, the rest at the end', () => {
  const { file, open } = logFile();
  const log = open();
  log.refresh();
  expect(log.lines()).toEqual([]);
  writeFileSync(file, 'one\r\ntwo\nthr');
  log.refresh();
  expect(log.lines()).toEqual([
    { stamp: 1001, machineId: 'm', message: 'one' },
    { stamp: 1002, machineId: 'm', message: 'two' },
  ]);
  appendFileSync(file, 'ee');
  log.finish();
  expect(messages(log)).toEqual(['one', 'two', 'three']);
});

test('a log that is opened again knows the lines and stamps it had, and goes on where it was', () => {
  const { file, open } = logFile();
  const first = open();
  writeFileSync(file, 'one\ntwo\n');
  first.refresh();
  appendFileSync(file, 'three\n');
  first.refresh();
  appendFileSync(file, 'written while nobody looked\n');
  const second = open();
  expect(second.lines()).toEqual(first.lines());
  second.refresh();
  expect(messages(second)).toEqual(['one', 'two', 'three', 'written while nobody looked']);
});

test('only the newest lines stay in memory, and a file that grew large is emptied', () => {
  const { file, open } = logFile();
  const log = open();
  writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(90_000));
  log.refresh();
  expect(log.lines()).toHaveLength(2000);
  expect(statSync(file).size).toBe(0);
  appendFileSync(file, 'after\n');
  log.refresh();
  expect(messages(log).at(-1)).toBe('after');
});

test('bytes that are no text and a line without an end do not stop it', () => {
  const { file, open } = logFile();
  const log = open();
  writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
  appendFileSync(file, 'y'.repeat(200_000));
  log.refresh();
  expect(log.lines()).toHaveLength(2);
});
