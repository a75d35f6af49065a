import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeYaml } from './write-yaml.ts';
import { noted, type Yaml, type YamlMap } from './yaml-data.ts';

test('comments stand above and beside, and a list of short values in one line', () => {
  const document: YamlMap = {
    name: 'CI',
    on: { pull_request: null, push: { branches: ['main', 'release/**'], tags: ['v*'] } },
    permissions: noted({}, { above: 'Every job says what it needs.', isApart: true }),
    jobs: {
      test: {
        if: "github.ref == 'refs/heads/main'",
        env: { A: '${{ inputs.a }}', B: "it's: so", C: '!x', D: '1.18', E: 'yes', F: '' },
        gone: undefined,
        steps: [
          { name: 'Check out', uses: noted('a/b@0123', { beside: 'v1' }), with: { depth: 0, keep: false } },
          noted({ run: 'npm ci' }, { above: ['By the', 'lock file.'] }),
        ],
      },
    },
  };
  expect(writeYaml(document)).toBe(`name: CI
on:
  pull_request:
  push:
    branches: [main, release/**]
    tags: [v*]

# Every job says what it needs.
permissions: {}
jobs:
  test:
    if: github.ref == 'refs/heads/main'
    env:
      A: \${{ inputs.a }}
      B: 'it''s: so'
      C: '!x'
      D: '1.18'
      E: 'yes'
      F: ''
    steps:
      - name: Check out
        uses: a/b@0123 # v1
        with:
          depth: 0
          keep: false
      # By the
      # lock file.
      - run: npm ci
`);
});

const { value } = fc.letrec<{ value: Yaml }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'yes',
      'Off',
      '0x1f',
      '1e3',
      '~',
      '---',
      '- a',
      'a: b',
      'a #b',
      '${{ x }}',
      '.5',
      '2001-01-01',
    ),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value')),
    fc
      .tuple(tie('value'), fc.string({ unit: 'grapheme-ascii' }))
      .map(([inner, note]) => noted(inner, { above: note, isApart: true })),
  ),
}));

/** What a reader gets: the same without comments. */
function plain(data: Yaml): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map(plain);
  if ('value' in data && 'isApart' in data) return plain(data.value as Yaml);
  return Object.fromEntries(Object.entries(data as YamlMap).map(([key, item]) => [key, plain(item ?? null)]));
}

test.each(['1.1', '1.2'] as const)('any data is read by a parser of YAML %s as what it was', (version) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), value, { minKeys: 1 }), (document) => {
      expect(parse(writeYaml(document), { version })).toEqual(plain(document));
    }),
    { numRuns: 500 },
  );
});
