import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { sourceStack } from './source-stack.ts';

function builtFile(map: string | null): string {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-stack-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  if (map !== null) writeFileSync(join(root, 'chunk.js.map'), map);
  return pathToFileURL(join(root, 'chunk.js')).href;
}

function errorAt(place: string): Error {
  const error = new Error('broken');
  error.stack = `Error: broken\n    at work (${place})\n    at node:internal/x:1:2`;
  return error;
}

test('a place in a built file is shown as the place in its source', () => {
  // The first column of the second line comes from line 5, column 3 of the only source.
  const file = builtFile(
    JSON.stringify({ version: 3, sources: ['src/work.ts'], names: [], mappings: ';AAIE' }),
  );
  const source = new URL('src/work.ts', file).href;
  expect(sourceStack(errorAt(`${file}:2:1`))).toBe(
    `Error: broken\n    at work (${source}:5:3)\n    at node:internal/x:1:2`,
  );
});

test.each([
  ['without a map', null],
  ['whose map is damaged', '{'],
])('a place in a file %s stays as it is', (_, map) => {
  const error = errorAt(`${builtFile(map)}:2:1`);
  expect(sourceStack(error)).toBe(error.stack);
});
