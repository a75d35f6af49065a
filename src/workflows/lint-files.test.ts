import { expect, test } from 'vitest';
import { lintFiles } from './lint-files.ts';

/** Twice as much may take some four times as long on a machine that is busy, and no more. */
const GROWTH_MAX = 8;

/** Documents and workflows that grow: fences, prose in code, long lines, expressions that are never closed. */
const GROWING: readonly (readonly [string, (times: number) => { path: string; text: string }])[] = [
  [
    'a document with fences of YAML that are no workflows',
    (times) => ({
      path: 'docs/a.md',
      text: '```yaml\nname: x\nsteps: y\n```\n\nText `code` and `more`.\n'.repeat(times),
    }),
  ],
  [
    'a document whose last fence is never closed',
    (times) => ({ path: 'docs/a.md', text: `\`\`\`yaml\n${'key: value\n'.repeat(times)}` }),
  ],
  [
    'a script of commands with many options',
    (times) => ({
      path: 'a.sh',
      text: `npm install ${'--flag '.repeat(times)}\nfly deploy ${'-a b '.repeat(times)}\n`,
    }),
  ],
  [
    'a workflow of many jobs',
    (times) => ({
      path: '.github/workflows/a.yml',
      text: `on: push\njobs:\n${Array.from({ length: times / 4 }, (_, at) => `  j${at}:\n    runs-on: x\n    steps:\n      - run: echo \${{ github.sha }}\n`).join('')}`,
    }),
  ],
];

/** Of the processor: others on the machine do not count. */
function tookMicroseconds(file: { path: string; text: string }): number {
  const began = process.cpuUsage();
  lintFiles([file], { isPedantic: true });
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

test.each(GROWING)('%s takes no longer than it is long', (_, grown) => {
  tookMicroseconds(grown(100));
  const small = Math.max(1000, Math.min(...[1, 2, 3].map(() => tookMicroseconds(grown(400)))));
  const large = Math.min(...[1, 2, 3].map(() => tookMicroseconds(grown(800))));
  expect(large / small).toBeLessThan(GROWTH_MAX);
});

test('anything at all can be read', () => {
  for (const text of [
    '',
    '\0',
    '- - -',
    'on',
    'on: push',
    'jobs: []',
    '&a [*a]',
    'a: &a { b: *a }',
    '%',
    '```yaml\non:\n```',
    '${{',
    'on: {push: {branches: {a: b}}}\njobs: {a: 1, b: {steps: 3}, c: {steps: [1, {run: {}}]}}',
  ]) {
    for (const path of [
      '.github/workflows/a.yml',
      '.github/dependabot.yml',
      'docs/a.md',
      'fly.toml',
      'vercel.json',
      'a.sh',
    ]) {
      expect(() => lintFiles([{ path, text }], { isPedantic: true })).not.toThrow();
    }
  }
});
