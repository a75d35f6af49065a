import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitFiles } from './git-files.ts';
import { copiedSources, imageInputsDigest } from './image-inputs.ts';

let context: string;
beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), 'glidepath-image-inputs-'));
  mkdirSync(join(context, 'tools'));
  write('Dockerfile', 'FROM node:24\nCOPY tools/ /tools\nCOPY package*.json ./\n');
  write('tools/version', '1');
  write('package.json', '{}');
  write('src.ts', 'code');
});
afterEach(() => rmSync(context, { recursive: true }));

const write = (path: string, text: string): void => writeFileSync(join(context, path), text);
const digest = (target: string | null = null): Promise<string> =>
  imageInputsDigest({ context, dockerfile: 'Dockerfile', target }, gitFiles);

test.each([
  ['COPY a b /c/', ['a', 'b']],
  ['copy --chown=1:1 ./a/ c', ['a']],
  ['COPY ["a b", "c"]', ['a b']],
  ['COPY --from=build /a /b', []],
  ['ADD https://example.org/a.tgz /a', []],
  ['COPY . .', ['.']],
  ['COPY / /', ['.']],
  ['COPY $WHAT /', ['.']],
  ['COPY a \\\n  b \\\n  /c/', ['a', 'b']],
  ['ONBUILD COPY a b', ['a']],
  ['RUN --mount=type=bind,source=a,target=/a make', ['.']],
  ['RUN --mount=type=bind,from=build,target=/a make', []],
  ['RUN --mount=type=cache,target=/a make', []],
  ['COPY <<EOF /etc/a\ntext\nEOF', []],
  ['RUN echo COPY a b', []],
] as const)('%j reads %j of its context', (dockerfile, sources) => {
  expect(copiedSources(dockerfile)).toEqual(sources);
});

test('the digest changes with the Dockerfile, its target, what it ignores and what it copies, and with nothing else', async () => {
  const first = await digest();
  expect(await digest()).toBe(first);
  write('src.ts', 'other code');
  expect(await digest()).toBe(first);
  const seen = new Set([first, await digest('build')]);
  write('tools/version', '2');
  seen.add(await digest());
  write('tools/new', '');
  seen.add(await digest());
  write('package-lock.json', '{}');
  seen.add(await digest());
  write('.dockerignore', 'tmp');
  seen.add(await digest());
  write('Dockerfile', 'FROM node:25\nCOPY tools/ /tools\nCOPY package*.json ./\n');
  seen.add(await digest());
  expect(seen.size).toBe(7);
});
