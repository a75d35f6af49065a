import { beforeAll, describe, expect, test } from 'vitest';
import type { SourceFile } from '../../src/workflows/read/source-file.ts';
import { generatedForGithub } from '../support/generated-workflows.ts';
import { lintWorkflows } from '../support/lint-workflows.ts';
import { PLANTED_MISTAKES, type PlantedMistake } from '../support/planted-mistakes.ts';

let sources: readonly SourceFile[] = [];

beforeAll(async () => {
  const approvals = (await generatedForGithub('gatherly')).filter(({ path }) =>
    path.endsWith('approvals.yml'),
  );
  sources = [...(await generatedForGithub('reify')), ...approvals];
});

function planted({ file, from, to }: PlantedMistake): readonly SourceFile[] {
  return sources.map((source) => {
    if (!source.path.endsWith(`/${file}`)) return source;
    const text = source.text.replace(from, to);
    expect(text, `${file} has nothing to be changed`).not.toBe(source.text);
    return { ...source, text };
  });
}

test('without a mistake nothing is found', async () => {
  expect(await lintWorkflows(sources)).toEqual([]);
});

describe('a mistake in a generated file is found:', () => {
  test.each(PLANTED_MISTAKES.map((each) => [each.name, each] as const))('%s', async (_, mistake) => {
    const found = await lintWorkflows(planted(mistake), { changed: mistake.file });
    expect(found.map((each) => each.split(' ')[0])).toContain(mistake.by);
  });
});

test('there are many more than forty, found by rules, by the language service, by bash and as YAML', () => {
  expect(PLANTED_MISTAKES.length).toBeGreaterThan(80);
  const finders = new Set(PLANTED_MISTAKES.map(({ by }) => by));
  for (const finder of ['workflow-syntax', 'workflow-context', 'script-syntax', 'yaml'])
    expect(finders).toContain(finder);
  expect(finders.size).toBeGreaterThan(45);
});
