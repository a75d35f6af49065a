import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

const BASE = ['diagnostics', 'util'];

/** The layer table: a folder of src may import itself and these, nothing else. ARCHITECTURE.md prints the same. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  util: [],
  diagnostics: ['util'],
  config: BASE,
  stacks: ['config', ...BASE],
  plan: ['config', ...BASE],
  engine: ['plan', ...BASE],
  providers: ['config', ...BASE],
  cloud: BASE,
  pipeline: ['engine', 'plan', 'providers', 'stacks', 'config', ...BASE],
  cli: ['cloud', 'pipeline', 'engine', 'plan', 'providers', 'stacks', 'config', ...BASE],
};

describe('layers only look down', () => {
  test.each(Object.keys(MAY_IMPORT))('src/%s imports only what its row allows', (layer) => {
    const allowed = new Set([layer, ...(MAY_IMPORT[layer] ?? [])]);
    const breaches = filesUnder(join(SRC, layer)).flatMap((file) =>
      importsOf(file)
        .filter((target) => !allowed.has(layerOf(target)) && !isSupportOfTest(file, target))
        .map((target) => `${relative(SRC, file)} → ${relative(SRC, target)}`),
    );
    expect(breaches).toEqual([]);
  });

  test('every folder of src has a row in the table', () => {
    const folders = readdirSync(SRC).filter((name) => statSync(join(SRC, name)).isDirectory());
    expect(folders.filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });
});

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
    resolve(dirname(file), match[1] ?? ''),
  );
}

/** A test may use what test/support offers to all of them. */
function isSupportOfTest(file: string, target: string): boolean {
  return file.endsWith('.test.ts') && target.startsWith(resolve(SRC, '../test/support'));
}

function layerOf(target: string): string {
  return relative(SRC, target).split(sep)[0] ?? '';
}
