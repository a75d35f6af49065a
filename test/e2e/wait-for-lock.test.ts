import { expect, test } from 'vitest';
import { projectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

interface Problem {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

test('a command that waits for its turn no longer than it was told names who holds the environment', async () => {
  await using rig = await projectRig(tinyProject({ production: 'gates: [approval()],' }));
  await rig.cloudUp();
  const first = await rig.run('deploy', 'production', '--local');
  expect(first.code).toBe(0);
  const { runs } = await rig.json<{ runs: { id: string; status: string }[] }>('runs', '--local');
  const holder = runs[0]?.id ?? '';

  const second = await rig.run('deploy', 'production', '--local', '--wait-for-lock', '2s');
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/RUN_LOCKED/);
  expect(second.stderr).toMatch(/tiny\/production was not free within 2 s/);
  expect(second.stderr).toMatch(new RegExp(`behind ${holder} .*which waits for an approval`));
  expect(second.stderr).toMatch(new RegExp(`glidepath approve ${holder}.*glidepath reject ${holder}`));

  const wrong = await rig.run('deploy', 'production', '--local', '--wait-for-lock', 'soon', '--json');
  expect(wrong.code).toBe(2);
  expect((JSON.parse(wrong.stdout) as Problem).error).toMatchObject({
    code: 'CLI_USAGE',
    hint: 'Write it as 90s, 10m or 2h.',
  });

  // What did not get its turn is out of the way, and the holder still has its place.
  expect((await rig.run('approve', holder, '--local')).code).toBe(0);
  const after = await rig.json<{ runs: { id: string; status: string }[] }>('runs', '--local');
  expect(after.runs.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'succeeded']);
});
