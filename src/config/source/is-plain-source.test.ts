import { expect, test } from 'vitest';
import { isPlainSource } from './is-plain-source.ts';

test.each([
  `import { defineProject } from 'glidepath';\nexport default defineProject({ name: 'update', env: process.env.CI });`,
  `export const size = Math.max(1, 2); // processed`,
  `const { STAGE = 'x' } = process.env;`,
])('%s gives the same each time', (text) => {
  expect(isPlainSource(text)).toBe(true);
});

test.each([
  'export const at = Date.now();',
  'const x = new Date();',
  'Math.random()',
  'const { floor, random } = Math;',
  'process.argv',
  'const { env } = process;',
  'await load()',
  "import('./x.ts')",
  'import.meta.dirname',
  'globalThis["Da" + "te"]',
  String.raw`\u0044ate.now()`,
  'fetch(url)',
  "require('node:fs')",
])('%s may not', (text) => {
  expect(isPlainSource(text)).toBe(false);
});
