import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  historyLine,
  readHistory,
  shortenedHistory,
  type TestRun,
} from '../../reports/flaky/test-history.ts';

/**
 * Adds runs to the history at a path and gives all that is known, oldest first. A line is written with one call, so that
 * runs beside each other do not mix; when the file is far too long it is written anew and put into its place at once. A
 * line that another run writes in that very moment may be lost: one run less is known then. Never throws: without a
 * history, no test is called flaky by it.
 */
export function addToHistory(path: string, runs: readonly TestRun[]): readonly TestRun[] {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Even behind a line that was cut off, what is new begins a line of its own.
    if (runs.length > 0) appendFileSync(path, `\n${runs.map(historyLine).join('')}`);
    const text = textAt(path);
    const shorter = shortenedHistory(text);
    if (shorter !== null) {
      const beside = `${path}.${process.pid}`;
      writeFileSync(beside, shorter);
      renameSync(beside, path);
    }
    return readHistory(text);
  } catch {
    return runs;
  }
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
