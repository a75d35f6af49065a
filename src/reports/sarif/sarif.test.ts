import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { FINGERPRINT_NAME } from './finding-fingerprints.ts';
import { mergeSarif } from './merge-sarif.ts';
import { parseSarif } from './parse-sarif.ts';
import { objectOf, objectsOf, type SarifObject } from './sarif-log.ts';
import { writeSarif } from './write-sarif.ts';

const place = { root: '/app', directory: '', exists: (path: string): boolean => path === 'src/a.ts' };
const isValid = validator();

const FINDING: Finding = {
  id: 'GHSA-1',
  severity: 'critical',
  message: 'lodash 4.17.20 lets others run code.',
  hint: 'Update to 4.17.21.',
  tool: 'glidepath audit',
  place: { path: 'apps/ü #1?/package-lock.json', line: 12 },
  package: 'lodash@4.17.20',
  url: 'https://github.com/advisories/GHSA-1',
};

describe('writing SARIF', () => {
  test('gives, for any findings, a valid log that is read as the same findings', () => {
    const finding = fc.record<Finding>({
      id: fc.constantFrom('a', 'b/c', 'GHSA-1'),
      severity: fc.constantFrom('low', 'moderate', 'high', 'critical'),
      message: fc.stringMatching(/^[a-zü<{0}%][a-z \n{0}]{0,9}[a-z.]$/),
      hint: fc.option(fc.stringMatching(/^[a-z]{1,9}$/)),
      tool: fc.constantFrom('x', 'y'),
      place: fc.option(
        fc.record({
          path: fc
            .stringMatching(/^[a-zü %#?:]{1,4}\/[a-z%:]{1,5}\.ts$/)
            .map((path) => path.replace(/^ +/, 'x')),
          line: fc.option(fc.integer({ min: 1, max: 99 })),
        }),
      ),
      package: fc.option(fc.constantFrom('p@1')),
      url: fc.option(fc.constantFrom('https://a.b/c d', 'https://a.b/%7E?x=1')),
    });
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 5 }), (findings) => {
        const log = writeSarif({ findings, tools: [{ name: 'x', version: '1' }], category: 'c' });
        expect(isValid(log)).toBeNull();
        const read = parseSarif(JSON.stringify(log), place);
        const inTools = ['x', 'y'].flatMap((tool) => findings.filter((one) => one.tool === tool));
        expect(read).toMatchObject({ findings: inTools, problem: null });
      }),
    );
  });

  test('keeps names that are the same thing, and a tool that found nothing', () => {
    const aliased = { ...FINDING, aliases: ['CVE-1'] };
    const log = writeSarif({
      findings: [aliased],
      tools: [{ name: 'secretlint', version: '13' }],
      category: 'c',
    });
    expect(parseSarif(JSON.stringify(log), place).findings).toEqual([aliased]);
    expect(objectsOf(log['runs']).map((run) => objectOf(objectOf(run['tool'])['driver'])['name'])).toEqual([
      'secretlint',
      'glidepath audit',
    ]);
  });

  test('says of a rule what is true of each of its findings, and of each finding where it is', () => {
    const titled = (line: number | null, name: string): Finding => ({
      ...FINDING,
      id: 'docker-secret-env',
      title: 'A secret in the settings of an image',
      message: `ENV ${name} is written into the image.`,
      place: { path: 'Dockerfile', line },
    });
    const findings = [titled(3, 'A_TOKEN'), titled(null, 'B_TOKEN')];
    const [run] = objectsOf(writeSarif({ findings, tools: [], category: 'c' })['runs']);
    const rules = objectsOf(objectOf(objectOf(objectOf(run)['tool'])['driver'])['rules']);
    expect(rules).toMatchObject([
      {
        shortDescription: { text: 'A secret in the settings of an image' },
        fullDescription: { text: 'A secret in the settings of an image' },
        help: { text: 'Update to 4.17.21.' },
      },
    ]);
    // GitHub asks for a line of each.
    expect(JSON.stringify(run)).toMatch(/"startLine":3.*"startLine":1/);
  });

  test('names an image as a path, and never as an address with a scheme', () => {
    const images = ['web:1', 'registry.fly.io/web:deployment-1', 'a%3Ab'].map((path): Finding => ({
      ...FINDING,
      place: { path, line: null },
    }));
    const log = writeSarif({ findings: images, tools: [], category: 'c' });
    expect(JSON.stringify(log).match(/"uri":"[^"]*"/g)).toEqual([
      '"uri":"web%3A1"',
      '"uri":"registry.fly.io/web%3Adeployment-1"',
      '"uri":"a%253Ab"',
    ]);
    expect(parseSarif(JSON.stringify(log), place).findings).toEqual(images);
  });

  test('a fingerprint stays when lines come and go, and tells the same thing twice apart', () => {
    const printsOf = (findings: readonly Finding[]): unknown[] =>
      objectsOf(objectsOf(writeSarif({ findings, tools: [], category: 'c' })['runs'])[0]?.['results']).map(
        (result) => objectOf(result['partialFingerprints'])[FINGERPRINT_NAME],
      );
    const [before] = printsOf([FINDING]);
    const moved: Finding = { ...FINDING, place: { path: FINDING.place?.path ?? '', line: 99 } };
    expect(printsOf([moved])).toEqual([before]);
    expect(new Set([...printsOf([FINDING, moved]), ...printsOf([{ ...FINDING, id: 'other' }])]).size).toBe(3);
  });
});

const run = (results: unknown, rules: unknown = []): string =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T', rules } }, results }] });
const told = (results: unknown, rules?: unknown): readonly Finding[] =>
  parseSarif(run(results, rules), place).findings;

describe('reading SARIF', () => {
  test('takes how bad it is from the score, from the level of the result, or from the one of its rule', () => {
    const rules = [
      { id: 'score', properties: { 'security-severity': '9.1' } },
      { id: 'rule', defaultConfiguration: { level: 'note' } },
    ];
    const message = { text: 'm' };
    const severities = told(
      [
        { ruleId: 'score', level: 'note', message },
        { ruleIndex: 1, message },
        { rule: { id: 'rule', index: 1 }, level: 'error', message },
        { ruleId: 'unheard', message },
        { ruleId: 'x', level: 'none', message, properties: { 'security-severity': 7.2 } },
      ],
      rules,
    ).map(({ id, severity }) => [id, severity]);
    expect(severities).toEqual([
      ['score', 'critical'],
      ['rule', 'low'],
      ['rule', 'high'],
      ['unheard', 'moderate'],
      ['x', 'high'],
    ]);
  });

  test('leaves out what passed, what was put up with, and what is gone', () => {
    const message = { text: 'm' };
    expect(
      told([
        { kind: 'pass', message },
        { message, suppressions: [{ kind: 'inSource' }] },
        { message, baselineState: 'absent' },
        { message, suppressions: [{ kind: 'external', status: 'rejected' }] },
      ]),
    ).toHaveLength(1);
  });

  test('finds messages in rules, and places however they are written', () => {
    const rules = [
      { id: 'a', messageStrings: { default: { text: 'no {0} in {1}' } }, helpUri: 'https://a.b' },
    ];
    const at = (uri: string): unknown => [
      { physicalLocation: { artifactLocation: { uri }, region: { startLine: 3 } } },
    ];
    const findings = told(
      [
        {
          ruleId: 'a',
          message: { id: 'default', arguments: ['x', 'y'] },
          locations: at('file:///app/src/a.ts'),
        },
        { ruleId: 'a', message: { text: '\u001B[31mred\u001B[0m' }, locations: at('/app/src/a.ts') },
        { ruleId: 'a', message: {}, locations: at('https://a.b/c') },
        { ruleId: 'a', message: { text: 'm' }, locations: at('src/100%.ts') },
      ],
      rules,
    );
    expect(findings.map(({ message, place: where }) => [message, where])).toEqual([
      ['no x in y', { path: 'src/a.ts', line: 3 }],
      ['red', { path: 'src/a.ts', line: 3 }],
      ['a', null],
      ['m', { path: 'src/100%.ts', line: 3 }],
    ]);
  });

  test.each([
    ['', 'it is empty'],
    [run([]).slice(0, -9), 'it is no JSON, or was cut off'],
    ['[]', 'it is no SARIF log'],
    ['null', 'it is no SARIF log'],
  ])('%j is a problem, never an error', (text, problem) => {
    expect(parseSarif(text, place)).toEqual({ findings: [], runs: [], problem });
  });

  test('does not exhaust the stack on what is nested without an end', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = run([{ message: { text: 'm' }, properties: 'DEEP' }]).replace('"DEEP"', deep);
    const { runs, findings } = parseSarif(text, place);
    expect(findings).toHaveLength(1);
    expect(JSON.stringify(mergeSarif([{ check: 'c', runs, place }], '')).length).toBeLessThan(10_000);
  });

  test('throws at nothing that is JSON', () => {
    fc.assert(
      fc.property(
        fc.json(),
        (text) =>
          void [parseSarif(text, place), told(JSON.parse(text)), told([JSON.parse(text)], JSON.parse(text))],
      ),
    );
  });
});

describe('one log of all', () => {
  test('is valid, has paths from the root of the repository, and no two runs in one category', () => {
    const results = [
      {
        ruleId: 'r',
        message: { text: 'm' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'file:///app/src/a.ts', index: 0 },
              region: { startLine: 1 },
            },
          },
        ],
      },
    ];
    const { runs } = parseSarif(run(results), place);
    const own = writeSarif({ findings: [FINDING], tools: [], category: 'audit' });
    const log = mergeSarif(
      [
        { check: 'lint', runs: [...runs, ...runs], place },
        { check: 'audit', runs: objectsOf(own['runs']), place },
      ],
      'apps/shop/',
    );
    expect(isValid(log)).toBeNull();
    const all = objectsOf(log['runs']);
    expect(all.map((one) => objectOf(one['automationDetails'])['id'])).toEqual([
      'glidepath/lint/',
      'glidepath/lint/2/',
      'glidepath/audit/',
    ]);
    expect(all.map(uriIn)).toEqual([
      'apps/shop/src/a.ts',
      'apps/shop/src/a.ts',
      'apps/shop/apps/%C3%BC%20%231%3F/package-lock.json',
    ]);
    expect(objectsOf(all[2]?.['results'])[0]?.['partialFingerprints']).toEqual(
      objectsOf(objectsOf(own['runs'])[0]?.['results'])[0]?.['partialFingerprints'],
    );
  });
});

function uriIn(one: SarifObject): unknown {
  const location = objectsOf(objectsOf(one['results'])[0]?.['locations'])[0];
  return objectOf(objectOf(objectOf(location)['physicalLocation'])['artifactLocation'])['uri'];
}

/** Null for a valid log, else what is wrong: by the schema of OASIS, of draft 4, which differs from later ones in `id`. */
function validator(): (log: unknown) => string | null {
  const file = new URL('../../../test/contract/fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url);
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  return (log) => (validate(log) ? null : ajv.errorsText(validate.errors));
}
