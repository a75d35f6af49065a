import { FeatureFlags } from '@actions/expressions';
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from '../../src/cloud/github/actions/read/read-workflow.ts';
import { generatedForGithub } from '../support/generated-workflows.ts';
import { PLANTED_MISTAKES } from '../support/planted-mistakes.ts';

const PATH = '.github/workflows/x.yml';

/**
 * What GitHub refuses later than its published parser: when a run is made. The language service and the docs say so,
 * and so does the local GitHub when it reads the file.
 */
const REFUSED_LATER = ['a queue that cancels', 'branches beside branches-ignore', 'no version at all'];

/** What GitHub's own parser finds wrong with a file. */
async function ofParser(text: string): Promise<readonly string[]> {
  const parsed = parseWorkflow({ name: PATH, content: text }, new NoOperationTraceWriter());
  if (parsed.value !== undefined) {
    await convertWorkflowTemplate(parsed.context, parsed.value, undefined, {
      featureFlags: new FeatureFlags({ all: true }),
    });
  }
  return parsed.context.errors.getErrors().map(({ message }) => message);
}

/** What the local GitHub finds wrong with it. */
function ofOurs(text: string): readonly string[] {
  const reading = readWorkflow(PATH, text);
  return reading.kind === 'invalid' ? reading.mistakes.map(({ message }) => message) : [];
}

describe('the local GitHub takes and refuses what GitHub’s own parser does', () => {
  test.each(['reify', 'gatherly', 'atlaris', 'microbima'] as const)(
    'takes the generated files of %s, and carries all of them out',
    async (example) => {
      for (const { path, text } of await generatedForGithub(example)) {
        if (!path.startsWith('.github/workflows/')) continue;
        expect([path, await ofParser(text), readWorkflow(path, text)]).toMatchObject([
          path,
          [],
          { kind: 'workflow', unsupported: [] },
        ]);
      }
    },
  );

  test('with mistakes planted into the generated files', async () => {
    const sources = [...(await generatedForGithub('reify')), ...(await generatedForGithub('gatherly'))];
    const differ: string[] = [];
    let refused = 0;
    for (const { name, file, from, to } of PLANTED_MISTAKES) {
      const source = sources.find(
        ({ path, text }) => path.endsWith(`/workflows/${file}`) && text.replace(from, to) !== text,
      );
      if (source === undefined) continue;
      const text = source.text.replace(from, to);
      const [parser, ours] = [await ofParser(text), ofOurs(text)];
      if (parser.length > 0) refused += 1;
      if (parser.length > 0 !== ours.length > 0) differ.push(name);
    }
    expect(refused).toBeGreaterThan(20);
    expect(differ.toSorted()).toEqual(REFUSED_LATER);
  });
});
