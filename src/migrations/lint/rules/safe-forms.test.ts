import { describe, expect, test } from 'vitest';
import { CORPUS, corpusFiles, lintCorpusFile } from '../../../../test/support/lint-corpus.ts';
import type { Finding } from '../finding.ts';
import { isSqlForm } from '../safe-forms/is-sql-form.ts';

const FILES = corpusFiles();
const FOUND = await Promise.all(
  FILES.map(async (file) => ({ file, findings: (await lintCorpusFile(file)).findings })),
);

test('there is a corpus to take them from', () => {
  expect(CORPUS).toContain('corpus');
  expect(FOUND.flatMap(({ findings }) => findings).length).toBeGreaterThan(250);
});

describe.each(FOUND)('of $file.name', ({ file, findings }) => {
  test('each safe form is SQL that its own rule has nothing to say of, or a sentence', async () => {
    for (const finding of findings) {
      const form = finding.safeForm;
      if (form === null) continue;
      if (!isSqlForm(form)) {
        expect(form).toMatch(/^[A-Z'].{15,}/);
        continue;
      }
      expect(form).not.toMatch(/undefined|null\b.*null\b|\[object/);
      // The name of a directive that is found fault with stands for a place to be filled in.
      if (form.includes('<')) continue;
      const again = await lintCorpusFile({
        ...file,
        text: form,
        // SET LOCAL is written for the transaction that the tool opens, the others for none.
        settings: { ...file.settings, inTransaction: form.startsWith('SET LOCAL') },
      });
      expect(again.mistakes.map(({ message }) => `${message} in ${form}`)).toEqual([]);
      expect(again.findings.filter(({ rule }) => rule === finding.rule).map(about(form))).toEqual([]);
    }
  });
});

function about(form: string): (finding: Finding) => string {
  return ({ rule, message }) => `${rule}: ${message} in ${form}`;
}
