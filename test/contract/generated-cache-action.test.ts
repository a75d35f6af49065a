import { expect, test } from 'vitest';
import { githubFiles } from '../../src/emit/github/github-files.ts';
import { ActionsRig } from '../support/actions-rig.ts';
import { github, project, resolvedCheck } from '../support/projects.ts';

const FILES = githubFiles({
  project: {
    ...project([]),
    github: github({ workflows: true }),
    checks: [resolvedCheck('test')],
    cache: { maxBytes: 5_000_000_000, remote: { kind: 'github' }, trust: [] },
  },
  version: '1',
});

/** Makes an entry in the cache of GitHub, as whoever has its address and its token can. */
const USE = `
const url = new URL('/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry', process.env.ACTIONS_RESULTS_URL);
const headers = { authorization: 'Bearer ' + process.env.ACTIONS_RUNTIME_TOKEN, 'content-type': 'application/json' };
const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ key: 'k', version: 'v' }) });
console.log('created', answer.status, (await answer.json()).ok, 'with', process.env.ACTIONS_RUNTIME_TOKEN);
`;

test('the action that is generated lets a command reach the cache of GitHub, and no log shows the token', async () => {
  const own = FILES.filter(({ path }) => path.startsWith('.github/actions/'));
  expect(own.map(({ path }) => path)).toHaveLength(2);
  const uses = FILES.flatMap(({ content }) => content.match(/uses: (\.\/\S+)/)?.[1] ?? []);
  const jobs = await ActionsRig.openWithActions();
  try {
    await jobs.project(
      {
        'it.yml': `
on: push
jobs:
  cache:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: echo "before [$ACTIONS_RESULTS_URL$ACTIONS_RUNTIME_TOKEN]"
      - uses: ${uses[0]}
      - run: node use.mjs
`,
      },
      {
        files: {
          ...Object.fromEntries(own.map(({ path, content }) => [path, content])),
          'package.json': '{ "type": "module" }',
          'use.mjs': USE,
        },
      },
    );
    const [run] = await jobs.ended();
    const log = await jobs.log(run?.id ?? 0, 'cache');
    expect(log).toContain('before []');
    expect(log).toContain('created 200 true with ***');
    expect(run?.conclusion).toBe('success');
  } finally {
    await jobs.stop();
  }
});
