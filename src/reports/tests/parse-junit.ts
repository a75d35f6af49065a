import { reportText } from '../report-text.ts';
import { sourcePath, type SourceRoot } from '../source-path.ts';
import { readXml, type XmlAttributes, type XmlProblem } from '../xml/read-xml.ts';
import { lineIn } from './line-in.ts';
import type { TestResult } from './test-result.ts';

/** Whose report it is. */
export interface JunitSource {
  readonly check: string;
  readonly place: SourceRoot;
  /** Takes secrets out of a text. */
  readonly redact?: (text: string) => string;
}

/** What a report says, as far as it could be read. */
export interface JunitReport {
  readonly results: readonly TestResult[];
  readonly problem: XmlProblem | null;
}

/** Between the names of suites within each other. */
const WITHIN = ' › ';
/** Characters of a failure's text that are kept. */
const OUTPUT_LENGTH_MAX = 8000;
/** And of a name: some write a whole row of a table into one. */
const NAME_LENGTH_MAX = 1000;
/** Parts of the name of a module that are tried as a path. */
const MODULES_MAX = 20;

/**
 * Reads JUnit XML in the forms in which it is found: of vitest, jest-junit, node:test, mocha, ExUnit, pytest, surefire.
 * Suites may be within each other, counts may be missing: only the tests themselves are believed. Pure.
 */
export function parseJunit(text: string, source: JunitSource): JunitReport {
  const results: TestResult[] = [];
  const suites: XmlAttributes[] = [];
  let test: OpenTest | null = null;
  const problem = readXml(text, {
    open(name, attributes) {
      if (name === 'testsuite') suites.push(attributes);
      else if (name === 'testcase') test = { attributes, outcome: null, attempts: 0, parts: [], part: null };
      else if (test !== null) openPart(test, name, attributes);
    },
    text(read) {
      // Text between the elements of a test is blanks.
      if (test?.part === undefined || test.part === null) return;
      if (test.part.text.length < OUTPUT_LENGTH_MAX) test.part.text += read().slice(0, OUTPUT_LENGTH_MAX);
    },
    close(name) {
      if (name === 'testsuite') suites.pop();
      else if (name === 'testcase' && test !== null) {
        results.push(resultOf(test, suites, source));
        test = null;
      } else if (test !== null && test.part?.name === name) test.part = null;
    },
  });
  return { results, problem };
}

interface Part {
  readonly name: string;
  readonly message: string | null;
  text: string;
}

interface OpenTest {
  readonly attributes: XmlAttributes;
  outcome: 'failed' | 'skipped' | null;
  attempts: number;
  readonly parts: Part[];
  part: Part | null;
}

const FAILURES = new Set(['failure', 'error']);
/** Of surefire: tries that failed of a test that passed in the end. */
const FLAKY = new Set(['flakyFailure', 'flakyError']);
const TEXTS = new Set([...FAILURES, 'skipped', 'system-out', 'system-err']);

function openPart(test: OpenTest, name: string, attributes: XmlAttributes): void {
  if (FLAKY.has(name)) test.attempts++;
  // What is to be done later may fail: node:test then writes both.
  if (name === 'skipped') test.outcome = 'skipped';
  else if (FAILURES.has(name) && test.outcome === null) test.outcome = 'failed';
  if (!TEXTS.has(name) || test.part !== null) return;
  test.part = { name, message: attributes['message'] ?? null, text: '' };
  test.parts.push(test.part);
}

function resultOf(test: OpenTest, suites: readonly XmlAttributes[], source: JunitSource): TestResult {
  const { attributes, parts } = test;
  const status = test.outcome ?? (attributes['status'] === 'skipped' ? 'skipped' : 'passed');
  const redact = source.redact ?? ((text: string) => text);
  const told = parts.filter(({ name }) => (status === 'failed' ? FAILURES.has(name) : name === 'skipped'));
  const texts = told.map(({ text }) => text).join('\n');
  const { file, line } = fileOf(attributes, suites, source.place);
  const place = status === 'failed' ? lineIn(texts, file, source.place) : null;
  return {
    check: source.check,
    suite: suites
      .map((suite) => reportText(suite['name'] ?? '', NAME_LENGTH_MAX))
      .filter((name) => name !== '')
      .join(WITHIN)
      .slice(0, 2 * NAME_LENGTH_MAX),
    name: reportText(attributes['name'] ?? '', NAME_LENGTH_MAX),
    file: file ?? place?.path ?? null,
    line: place?.line ?? line,
    status,
    durationMs: milliseconds(attributes['time']),
    message: status === 'passed' ? null : messageOf(told, redact),
    output: status === 'failed' ? outputOf(parts, redact) : null,
    failedAttempts: status === 'passed' ? test.attempts : 0,
  };
}

/** What a failure says of itself in its attribute; else the first line of its text. */
function messageOf(told: readonly Part[], redact: (text: string) => string): string | null {
  for (const { message, text } of told) {
    const said = reportText(message ?? '') || firstLine(text);
    if (said !== '' && said !== 'true') return redact(said);
  }
  return null;
}

function firstLine(text: string): string {
  return reportText(text.slice(0, OUTPUT_LENGTH_MAX)).split('\n')[0]?.trim() ?? '';
}

function outputOf(parts: readonly Part[], redact: (text: string) => string): string | null {
  const all = parts.map(({ text }) => reportText(text, OUTPUT_LENGTH_MAX)).filter((text) => text !== '');
  return all.length === 0 ? null : redact(all.join('\n\n').slice(0, OUTPUT_LENGTH_MAX));
}

/** By the test itself, or by a suite around it, or by what a class is named after. */
function fileOf(
  attributes: XmlAttributes,
  suites: readonly XmlAttributes[],
  place: SourceRoot,
): { file: string | null; line: number | null } {
  const classname = attributes['classname'] ?? '';
  const written = [
    attributes['file'],
    ...suites.toReversed().flatMap((suite) => [suite['file'], suite['filepath']]),
  ].find((name) => name !== undefined && name !== '');
  const [, path = '', ownLine] = /^(.*?)(?::(\d+))?$/s.exec(written ?? '') ?? [];
  const line = Number(attributes['line'] ?? ownLine ?? Number.NaN);
  const file = path === '' ? byClass(classname, suites, place) : sourcePath(path, place);
  return { file, line: Number.isInteger(line) && line > 0 ? line : null };
}

/** vitest names a class by its file, pytest by its module: `tests.test_a.TestX`. */
function byClass(classname: string, suites: readonly XmlAttributes[], place: SourceRoot): string | null {
  const modules = classname.slice(0, NAME_LENGTH_MAX).split('.', MODULES_MAX);
  const candidates = [
    classname.slice(0, NAME_LENGTH_MAX),
    (suites.at(-1)?.['name'] ?? '').slice(0, NAME_LENGTH_MAX),
    ...modules.map((_, at) => `${modules.slice(0, modules.length - at).join('/')}.py`),
  ];
  for (const candidate of candidates) {
    if (!/[\w-]\.\w+$/.test(candidate)) continue;
    const path = sourcePath(candidate, place);
    if (path !== null && place.exists(path)) return path;
  }
  return null;
}

/** Some write `1,234.5`. */
function milliseconds(time: string | undefined): number {
  const seconds = Number((time ?? '0').replaceAll(',', ''));
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000_000) / 1000 : 0;
}
