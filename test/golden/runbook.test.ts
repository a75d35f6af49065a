import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/config/load-project.ts';
import { runbookFor } from '../../src/emit/runbook/runbook-for.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = ['reify', 'gatherly', 'atlaris', 'microbima'] as const;

// Commands that people look for and that do not exist, or do something else (flyctl 0.4).
const NEVER =
  /releases rollback|--image-label|--region \w+,|postgres destroy|secrets deploy --stage|fly (suspend|resume|history)\b/;

describe('the runbook of every example', () => {
  // Made again on purpose only: vitest run --project unit test/golden/runbook.test.ts -u
  test.each(EXAMPLES)('%s is what is checked in', async (example) => {
    await expect(await runbookOf(example)).toMatchFileSnapshot(`./runbook/${example}.md`);
  });

  test.each(EXAMPLES)(
    '%s has no command that does not exist, and links that lead somewhere',
    async (example) => {
      const text = await runbookOf(example);
      expect(text).not.toMatch(NEVER);
      const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) =>
        match[1]?.toLowerCase().replaceAll(' ', '-'),
      );
      const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]);
      expect(links.filter((link) => !headings.includes(link))).toEqual([]);
    },
  );

  test.each(EXAMPLES)('%s names every app under its name on the platform', async (example) => {
    const { project } = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
    const text = await runbookOf(example);
    const apps = project.environments
      .filter((environment) => environment.kind !== 'test')
      .flatMap((environment) => environment.apps);
    expect(apps.filter((app) => !text.includes(app.platformName.replaceAll('{pr}', '<pr>')))).toEqual([]);
  });
});

async function runbookOf(example: string): Promise<string> {
  const { project } = await loadProject({ cwd: join(REPOSITORY, 'examples', example) });
  return runbookFor(project);
}
