import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as builders from '../../src/index.ts';
import { knownKeysAt } from '../../src/config/schema/known-keys.ts';
import { projectSchema } from '../../src/config/schema/project-schema.ts';

const page = readFileSync(
  fileURLToPath(new URL('../../docs/reference/checks-config.md', import.meta.url)),
  'utf8',
);

/** The first cells of all rows. */
const named = [...page.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');

const CONFIG = { ci: { checks: { test: { reports: {} } }, cache: {}, container: {}, security: {} } };

test('the page of the settings names every setting of a check', () => {
  const keys = knownKeysAt(projectSchema, CONFIG, ['ci', 'checks', 'test']).filter(
    (key) => key !== 'command',
  );
  expect(keys.length).toBeGreaterThan(10);
  for (const key of keys) expect(named, key).toContain(key);
  for (const kind of knownKeysAt(projectSchema, CONFIG, ['ci', 'checks', 'test', 'reports']))
    expect(page).toContain(`\`${kind}\``);
});

test('and every setting around the checks', () => {
  for (const section of ['cache', 'security'])
    for (const key of knownKeysAt(projectSchema, CONFIG, ['ci', section]))
      expect(named).toContain(`ci.${section}.${key}`);
  for (const key of knownKeysAt(projectSchema, CONFIG, ['ci']))
    expect(
      named.some((name) => name === `ci.${key}` || name.startsWith(`ci.${key}.`)),
      key,
    ).toBe(true);
});

test('and every builder of a check or a cache', () => {
  const made = ['audit', 'complexity', 'dockerfileScan', 'duplication', 'imageScan', 'licences', 'sbom'];
  for (const name of [...made, 'secretScan', 'workflowScan']) {
    expect(builders).toHaveProperty(name);
    expect(
      named.some((cell) => cell.startsWith(`${name}(`)),
      name,
    ).toBe(true);
  }
  for (const name of ['httpCache', 's3Cache', 'githubCache']) expect(page).toContain(`${name}(`);
});
