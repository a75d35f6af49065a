import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { doubtOfAction, refusalOf } from '../../src/cloud/github/actions/known-actions/refusal-of.ts';
import { processesWithEnv } from '../../src/cloud/machines/process-table.ts';
import { ACTION_PINS } from '../../src/emit/github/action-pins.ts';
import { JobRig, quickClock } from '../support/actions-job-rig.ts';

let rig: JobRig;

// What one test has stored is not there for another.
beforeEach(() => {
  rig = new JobRig();
});
afterEach(() => {
  rig[Symbol.dispose]();
});

/** The conclusions of the steps that were written, without the runner's own. */
function conclusions(
  steps: readonly { readonly name: string; readonly conclusion: string | null }[],
): unknown {
  return steps.slice(1, -1).map(({ conclusion }) => conclusion);
}

test('steps run in a directory of their own, with the environment that GitHub documents and nothing else', async () => {
  const { report, log } = await rig.run(
    `
- run: |
    test "$PWD" = "$GITHUB_WORKSPACE" && test -z "$(ls -A)"
    env | sort | cut -d= -f1 | tr '\\n' ' '
- run: jq -r .hello "$GITHUB_EVENT_PATH" 2>/dev/null || grep -o 'event' "$GITHUB_EVENT_PATH"
`,
    '',
    { variables: { FLY_API_BASE_URL: 'http://127.0.0.1:1' }, github: { sha: 'abc', run_id: 7, job: 'it' } },
  );
  expect(report.result).toBe('success');
  for (const name of [
    'CI',
    'FLY_API_BASE_URL',
    'GITHUB_SHA',
    'GITHUB_RUN_ID',
    'GITHUB_OUTPUT',
    'RUNNER_TEMP',
    'LEVEL',
  ])
    expect(log).toMatch(new RegExp(`\\b${name}\\b`));
  for (const name of ['VITEST', 'npm_config_cache', 'NODE_OPTIONS'])
    expect(log).not.toMatch(new RegExp(`\\b${name}\\b`));
});

test('env goes from the workflow to the job to the step, and GITHUB_ENV, GITHUB_PATH and outputs to later steps', async () => {
  const { report, log, summary } = await rig.run(
    `
- run: echo "level=$LEVEL workflow=$WORKFLOW"
  env: { LEVEL: "step" }
- id: one
  run: |
    echo "LATER=a b" >> "$GITHUB_ENV"
    printf 'MANY<<EOF\\n1\\n2\\nEOF\\n' >> "$GITHUB_ENV"
    mkdir bin && printf '#!/bin/sh\\necho tool ran' > bin/tool && chmod +x bin/tool
    echo "$PWD/bin" >> "$GITHUB_PATH"
    echo "answer=42" >> "$GITHUB_OUTPUT"
    echo "# Title" >> "$GITHUB_STEP_SUMMARY"
- run: |
    echo "later=$LATER lines=$(echo "$MANY" | wc -l) answer=\${{ steps.one.outputs.answer }} env=\${{ env.LATER }}"
    tool
- if: steps.one.conclusion == 'failure'
  run: exit 1
`,
    `outputs: { answer: "\${{ steps.one.outputs.answer }}", both: "x\${{ steps.one.outputs.answer }}" }`,
  );
  expect(report).toMatchObject({ result: 'success', outputs: { answer: '42', both: 'x42' } });
  expect(log).toContain('level=step workflow=w');
  expect(log).toContain('later=a b lines=2 answer=42 env=a b');
  expect(log).toContain('tool ran');
  expect(summary).toBe('# Title\n');
});

test('GITHUB_ACTION is the id of the step, or a name after what it does', async () => {
  const { log } = await rig.run(`
- run: echo "is $GITHUB_ACTION"
- run: echo "is $GITHUB_ACTION"
- id: own
  run: echo "is $GITHUB_ACTION and \${{ job.check_run_id }}"
`);
  expect(log.match(/^is \w+.*$/gmu)).toEqual(['is __run', 'is __run_2', 'is own and 77']);
});

test('shells are what they are on GitHub: pipefail only when bash is asked for', async () => {
  const { steps, log } = await rig.run(`
- run: false | true
- run: false | true
  shell: bash
  continue-on-error: true
- run: print("from", "python")
  shell: python
- run: console.log('from', process.argv0)
  shell: node {0}
- run: echo "$0" && mkdir sub
  shell: sh
- run: basename "$PWD"
  working-directory: sub
- run: "true"
  working-directory: none
`);
  expect(conclusions(steps)).toEqual([
    'success',
    'success',
    'success',
    'success',
    'success',
    'success',
    'failure',
  ]);
  expect(log).toContain('Process completed with exit code 1.');
  expect(log).toContain('from python');
  expect(log).toContain('from node');
  expect(log).toContain('\nsub\n');
});

test('a failed step skips the others, except those that ask for it', async () => {
  const { report, steps, annotations } = await rig.run(`
- run: exit 3
- run: echo no
- run: echo "\${{ job.status }}"
  if: failure()
- run: echo always
  if: always()
- run: echo no
  if: success()
- run: echo no
  if: cancelled()
`);
  expect(report).toMatchObject({ result: 'failure', why: 'Step 2 failed: Run exit 3' });
  expect(conclusions(steps)).toEqual(['failure', 'skipped', 'success', 'success', 'skipped', 'skipped']);
  expect(annotations.map(({ message }) => message)).toEqual(['Process completed with exit code 3.']);
});

test('secrets are masked wherever they appear, and no output that holds one leaves the job', async () => {
  const secret = 'top-secret-value';
  const { report, log, summary, annotations } = await rig.run(
    `
- id: leak
  env: { S: "\${{ secrets.KEY }}", M: "\${{ secrets.MANY }}" }
  run: |
    echo "plain $S"; echo "$S" | base64; echo "$M"
    echo "::error file=a.ts,line=3::found $S"
    echo "::add-mask::made-later"; echo "made-later"
    echo "secret=$S" >> "$GITHUB_OUTPUT"
    echo "coded=$(printf %s "$S" | base64)" >> "$GITHUB_OUTPUT"
    echo "token=\${{ github.token }}" >> "$GITHUB_OUTPUT"
    echo "fine=1" >> "$GITHUB_OUTPUT"
    echo "sum $S" >> "$GITHUB_STEP_SUMMARY"
`,
    `outputs:
  secret: \${{ steps.leak.outputs.secret }}
  coded: \${{ steps.leak.outputs.coded }}
  token: \${{ steps.leak.outputs.token }}
  fine: \${{ steps.leak.outputs.fine }}`,
    { secrets: { KEY: secret, MANY: 'first-line\nsecond-line' } },
  );
  expect(report.outputs).toEqual({ fine: '1' });
  const all = [log, summary, JSON.stringify(annotations)].join('\n');
  for (const one of [
    secret,
    Buffer.from(secret).toString('base64'),
    'first-line',
    'second-line',
    'ghs_the-token',
  ])
    expect(all).not.toContain(one);
  // The script itself names it, before it was masked.
  expect(log.split('::add-mask::***')[1]).not.toContain('made-later');
  expect(log).toContain("Skip output 'secret' since it may contain secret.");
  expect(annotations[0]).toMatchObject({
    level: 'failure',
    path: 'a.ts',
    startLine: 3,
    message: 'found ***',
  });
});

test('commands that GitHub has switched off fail the step', async () => {
  const { steps, log } = await rig.run('- run: echo "::add-path::/x"');
  expect(conclusions(steps)).toEqual(['failure']);
  expect(log).toContain('The `add-path` command is disabled.');
});

test('commands that GitHub still carries out work, with its warning; what is no command is a line', async () => {
  const { report, log, annotations } = await rig.run(
    `
- id: old
  run: |
    echo "::set-output name=a::1"; echo "::set-output name=b::from command"; echo "b=from file" >> "$GITHUB_OUTPUT"
    echo "::nothing::at all"; echo "##[warning]in the old form"
- run: echo "got \${{ steps.old.outputs.a }}, \${{ steps.old.outputs.b }}"
`,
  );
  expect(report.result).toBe('success');
  expect(log).toContain('got 1, from file');
  expect(log).toContain('\n::nothing::at all\n');
  expect(annotations.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    expect.stringContaining('The `set-output` command is deprecated'),
    expect.stringContaining('The `set-output` command is deprecated'),
    'warning: in the old form',
  ]);
});

describe('problem matchers', () => {
  const write = (name: string, pattern: object): string => {
    writeFileSync(join(rig.dir, name), JSON.stringify({ problemMatcher: [{ owner: name, pattern }] }));
    return join(rig.dir, name);
  };

  test('turn lines of later steps into annotations, of one line or of several, until they are removed', async () => {
    const tsc = write('tsc.json', [
      {
        regexp: '^(.+)\\((\\d+),(\\d+)\\): (\\w+) (.+)$',
        file: 1,
        line: 2,
        column: 3,
        severity: 4,
        message: 5,
      },
    ]);
    const eslint = write('eslint.json', [
      { regexp: '^(\\S+\\.ts)$', file: 1 },
      { regexp: '^ +(\\d+):(\\d+) +(\\w+) +(.+)$', line: 1, column: 2, severity: 3, message: 4, loop: true },
    ]);
    const { log, annotations, report } = await rig.run(`
- run: |
    git init --quiet . && mkdir src && echo > src/a.ts
    echo "::add-matcher::${tsc}"; echo "##[add-matcher]${eslint}"
- run: |
    printf 'src/a.ts(3,4): error first\\n\\033[31msrc/gone.ts(5,6): warning second\\033[0m\\nsrc/a.ts(1,1): odd none\\n'
    printf 'src/a.ts\\n  1:2  error  third\\n  3:4  notice  fourth\\n\\n  5:6  error  not below a file\\n'
    echo "::remove-matcher owner=tsc.json::"; echo 'src/a.ts(7,8): error not seen'
`);
    expect(report.result).toBe('success');
    expect(log).toContain('##[error]src/a.ts(3,4): error first');
    expect(
      annotations.map(({ level, path, startLine, startColumn, message }) =>
        [level, path, startLine, startColumn, message].join(' '),
      ),
    ).toEqual([
      'failure src/a.ts 3 4 first',
      'warning  5 6 second',
      'failure src/a.ts 1 2 third',
      'notice src/a.ts 3 4 fourth',
    ]);
  });

  test('that are not valid, or are not there, fail the step that adds them', async () => {
    const none = write('none.json', { regexp: '^(.+)$', file: 1 });
    for (const file of [none, 'missing.json'])
      expect((await rig.run(`- run: echo "::add-matcher::${file}"`)).report.result).toBe('failure');
  });

  test('whose pattern takes for ever are put out of use', async () => {
    const slow = write('slow.json', { regexp: '^(a+)+$', message: 1 });
    const { report, annotations } = await rig.run(`
- run: |
    echo "::add-matcher::${slow}"
    for i in 1 2 3 4 5; do printf 'a%.0s' $(seq 40); echo b; done
    echo aaa
`);
    expect(report.result).toBe('success');
    expect(annotations.map(({ level, message }) => [level, message])).toEqual([
      [
        'warning',
        'The problem matcher slow.json was removed: three times it took longer than 1 s for a line',
      ],
    ]);
  });
});

test('a step that takes too long gets the signals of a cancel, and a job that does is cancelled', async () => {
  const slow = quickClock(600);
  const { steps, log, report } = await rig.run(
    `
- run: trap 'echo got INT; exit 9' INT; for i in $(seq 400); do sleep 0.05; done
  timeout-minutes: 1
  continue-on-error: true
- run: echo goes on
`,
    '',
    { clock: slow, timeoutMs: 600_000 },
  );
  expect(log).toContain('got INT');
  expect(log).toContain('has timed out after 1 minutes.');
  expect(conclusions(steps)).toEqual(['success', 'success']);
  expect(report.result).toBe('success');
  const job = await rig.run(
    `
- run: for i in $(seq 400); do sleep 0.05; done
- run: echo never
- run: echo cleanup
  if: always()
`,
    '',
    { clock: slow, timeoutMs: 60_000 },
  );
  expect(job.report).toMatchObject({ result: 'cancelled' });
  expect(job.report.why).toContain('exceeded the maximum execution time of 1 minutes');
  expect(conclusions(job.steps)).toEqual(['cancelled', 'skipped', 'success']);
});

test('a fraction of a minute is no limit, as on GitHub', async () => {
  const { steps, log } = await rig.run(
    `
- run: sleep 0.5; echo finished
  timeout-minutes: 0.5
`,
    '',
    { clock: quickClock(20), timeoutMs: 86_400_000 },
  );
  expect(log).toContain('\nfinished');
  expect(conclusions(steps)).toEqual(['success']);
});

describe('a cancel', () => {
  test('is INT, then TERM, then the end, each in its time; always() runs to its end', async () => {
    const cancel = new AbortController();
    const started = Date.now();
    const { report, steps, log } = await rig.run(
      `
- run: |
    trap 'echo "got INT"' INT; trap 'echo "got TERM"' TERM
    echo ready
    while true; do sleep 0.05; done
- run: echo "status \${{ job.status }}"
  if: always()
- run: echo no
`,
      '',
      {
        // A ladder of 10 s in half a second.
        clock: quickClock(3_000),
        cancel: cancel.signal,
        onLine: (line) => (line === 'ready' ? cancel.abort() : undefined),
      },
    );
    expect(log).toContain('got INT\ngot TERM');
    expect(conclusions(steps)).toEqual(['cancelled', 'success', 'skipped']);
    expect(log).toContain('status cancelled');
    expect(report.result).toBe('cancelled');
    expect(Date.now() - started).toBeGreaterThan(450);
  });

  test('leaves a step alone that always() runs', async () => {
    const cancel = new AbortController();
    const { steps, log } = await rig.run(
      `
- run: echo ready; sleep 0.3; echo finished
  if: always()
`,
      '',
      { cancel: cancel.signal, onLine: (line) => (line === 'ready' ? cancel.abort() : undefined) },
    );
    expect(log).toContain('finished');
    expect(conclusions(steps)).toEqual(['success']);
  });
});

test('what a job leaves running is ended with it', async () => {
  const { log, report } = await rig.run(
    '- run: (sleep 300 & echo "pid $!") ; setsid sleep 301 & echo $RUNNER_TRACKING_ID',
  );
  expect(report.result).toBe('success');
  const tracking = /github_\S+/u.exec(log)?.[0] ?? '';
  // What was killed is there until it gets its turn to end.
  await expect.poll(() => processesWithEnv([`RUNNER_TRACKING_ID=${tracking}`])).toEqual([]);
});

test('actions of the repository run: composite ones, nested, and programs with their post steps', async () => {
  const files: Record<string, string> = {
    'greet/action.yml': `
name: greet
inputs: { who: { default: nobody } }
outputs: { said: { value: "\${{ steps.say.outputs.said }}" } }
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      env: { WHO: "\${{ inputs.who }}" }
      run: echo "hello $WHO $OUTER"; echo "said=hello $WHO" >> "$GITHUB_OUTPUT"; test -d "$GITHUB_ACTION_PATH"
`,
    'outer/action.yml': `
name: outer
outputs: { said: { value: "\${{ steps.in.outputs.said }}!" } }
runs:
  using: composite
  steps:
    - { id: in, uses: ./.github/actions/greet, with: { who: Ada } }
    - { if: "false", shell: bash, run: exit 1 }
`,
    'prog/action.yml': `
name: prog
inputs: { the-input: { default: "\${{ github.repository }}" } }
runs: { using: node24, main: main.js, post: post.js }
`,
    'prog/main.js': `console.log('main', process.env['INPUT_THE-INPUT']);
require('fs').appendFileSync(process.env.GITHUB_STATE, 'k=v\\n');`,
    'prog/post.js': `console.log('post', process.env.STATE_k);`,
    'broken/action.yml': 'runs: "\\!"',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(rig.dir, 'actions', name)), { recursive: true });
    writeFileSync(join(rig.dir, 'actions', name), text);
  }
  const { log, steps, report } = await rig.run(`
- run: mkdir .github && cp -r ${join(rig.dir, 'actions')} .github/
- id: used
  uses: ./.github/actions/outer
  env: { OUTER: seen }
- uses: ./.github/actions/prog
- run: echo "result \${{ steps.used.outputs.said }}"
- uses: ./.github/actions/broken
  continue-on-error: true
- uses: ./.github/actions/none
`);
  expect(log).toContain('hello Ada seen');
  expect(log).toContain('result hello Ada!');
  expect(log).toContain('main acme/shop');
  expect(log).toContain('post v');
  expect(steps.map(({ name }) => name).at(-2)).toBe('Post Run ./.github/actions/prog');
  expect(log).toContain('action.yml is not valid');
  expect(log).toContain('Did you forget to run actions/checkout');
  expect(report.result).toBe('failure');
});

test('what is not carried out is said before the first step', async () => {
  const { log, steps, report } = await rig.run(`
- run: echo never
- uses: docker/build-push-action@v7
`);
  expect(log).toContain(
    'WORKFLOW_UNSUPPORTED: the local GitHub does not carry out docker/build-push-action@v7',
  );
  expect(log).not.toContain('never');
  expect([steps[0]?.conclusion, report.result]).toEqual(['failure', 'failure']);
});

test('an unknown action that is skipped fails nothing, and one that is reached fails its step', async () => {
  const { log, steps, report } = await rig.run(`
- { if: "startsWith(github.ref, 'refs/tags/')", uses: softprops/action-gh-release@v2 }
- run: echo goes on
- { if: always(), uses: slackapi/slack-github-action@v2, continue-on-error: true }
`);
  expect(conclusions(steps)).toEqual(['skipped', 'success', 'success']);
  expect(log).toContain('goes on');
  expect(log).toMatch(
    /##\[error\]WORKFLOW_UNSUPPORTED: the local GitHub does not carry out slackapi\/slack-github-action@v2 → Write it/u,
  );
  expect(report.result).toBe('success');
});

test('a version of an action that GitHub does not have, or no longer runs, is refused before the first step', async () => {
  const told = async (uses: string, more = ''): Promise<string> => {
    const { log, report } = await rig.run(`- run: echo never\n- { uses: "${uses}"${more} }`);
    expect([report.result, log.includes('never')]).toEqual(['failure', false]);
    return log;
  };
  expect(await told('actions/checkout@v99')).toContain('the newest that it knows is v7.0.1 → Use actions/');
  expect(await told('actions/checkout@v7.2')).toContain('knows no actions/checkout@v7.2');
  expect(await told('actions/checkout@nonsense')).toContain('knows no actions/checkout@nonsense');
  expect(await told('actions/checkout@de0fac2')).toContain('a shortened commit SHA is not supported');
  expect(await told('actions/upload-artifact@v3', ', with: { path: a }')).toContain(
    'GitHub has switched off',
  );
  expect(await told('actions/checkout@v7', ', with: { lfs: true }')).toContain(
    'with input lfs → Leave it out',
  );
});

test('a commit that is not known is taken for the newest release, and that is said', async () => {
  const { log, report } = await rig.run(
    `- { uses: "actions/setup-node@${'a'.repeat(40)}" }\n- { uses: actions/setup-node@v6.5.0 }\n- { uses: actions/setup-node@main }`,
  );
  expect(report.result).toBe('success');
  expect(log.match(/^##\[warning\].*$/gmu)).toEqual([
    expect.stringContaining(`actions/setup-node@${'a'.repeat(40)} is taken for v7.0.0`),
    expect.stringContaining('actions/setup-node@main is a branch'),
  ]);
});

test('what generated GitHub workflows pin is known by its commit', () => {
  const known = Object.entries(ACTION_PINS).map(
    ([name, { sha, version }]) =>
      doubtOfAction({ kind: 'repository', name, ref: sha }) ??
      refusalOf({ kind: 'repository', name, ref: version }, {}) ??
      'known',
  );
  expect(new Set(known)).toEqual(new Set(['known']));
});

test('npx glidepath is the command that the cloud belongs to, and any other npx the real one', async () => {
  writeFileSync(join(rig.dir, 'cli.js'), 'console.log("own", JSON.stringify(process.argv.slice(2)))');
  const { log } = await rig.run(`
- run: npx glidepath deploy staging --confirm "a b"
- run: npx --yes glidepath@0.0.1 --version
- run: npx -y -p glidepath@1 glidepath ci --only x
- run: npx --version
`);
  expect(log).toContain('own ["deploy","staging","--confirm","a b"]');
  expect(log).toContain('own ["--version"]');
  expect(log).toContain('own ["ci","--only","x"]');
  expect(log).toMatch(/^\d+\.\d+\.\d+$/mu);
});

describe('setup-node', () => {
  const major = process.version.slice(1).split('.')[0];

  test('finds the Node.js of this machine by its major', async () => {
    const { log, report } = await rig.run(`
- run: echo '{}' > package-lock.json
- id: node
  uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020
  with: { node-version: "${major}.x", cache: npm }
- run: node --version
`);
    expect(report.result).toBe('success');
    expect(log).toContain(`Found Node.js ${process.version.slice(1)}`);
    expect(log).toContain(process.version);
  });

  test('gives corepack a place of the job to put pnpm into, and leaves the machine as it is', async () => {
    const { log, report } = await rig.run(`
- run: |
    mkdir bin && cd bin
    printf '#!/bin/sh\\nplace=$(dirname "$(command -v corepack)")\\nprintf "#!/bin/sh\\\\n" > "$place/pnpm"; chmod +x "$place/pnpm"\\n' > corepack
    chmod +x corepack
    pwd >> "$GITHUB_PATH"
- { uses: actions/setup-node@v7, with: { node-version: ${major}, package-manager-cache: false } }
- run: corepack enable && command -v pnpm | sed "s|^$RUNNER_TOOL_CACHE|in the job|" && test ! -e bin/pnpm
`);
    expect([report.result, log]).toEqual(['success', expect.stringMatching(/in the job.*\/bin\/pnpm$/mu)]);
  });

  test('fails as the action does where there is nothing to cache by', async () => {
    const told = async (given: string, before = 'true'): Promise<string> => {
      const run = await rig.run(
        `- run: ${before}\n- { uses: actions/setup-node@v7, with: { node-version: ${major}, ${given} } }`,
      );
      return run.report.result === 'success' ? 'success' : run.log;
    };
    expect(await told('cache: npm')).toContain(
      'Supported file patterns: package-lock.json,npm-shrinkwrap.json,yarn.lock',
    );
    expect(await told('cache: bun')).toContain("Caching for 'bun' is not supported");
    expect(await told('cache: npm, cache-dependency-path: web/*.lock')).toContain(
      'Some specified paths were not resolved',
    );
    const named = `echo '{"packageManager":"npm@11.0.0"}' > package.json`;
    expect(await told('check-latest: false', named)).toContain('Dependencies lock file is not found');
    expect(await told('package-manager-cache: false', named)).toBe('success');
    const shadowed = `echo "PATH=/usr/bin:/bin" >> "$GITHUB_ENV"`;
    expect(await told('cache: pnpm', shadowed)).toContain('Unable to locate executable file: pnpm.');
  });

  test('refuses one that is not there, unless that was allowed', async () => {
    const steps = `- uses: actions/setup-node@v7\n  with: { node-version: 4 }`;
    const refused = await rig.run(steps);
    expect(refused.report.result).toBe('failure');
    expect(refused.log).toContain("Unable to find Node version '4' on this machine");
    const allowed = await rig.run(steps, '', { services: { withoutTool: new Set(['actions/setup-node']) } });
    expect(allowed.report.result).toBe('success');
  });
});

test('programs that are not there are missed, unless that was allowed', async () => {
  const steps = '- uses: erlef/setup-beam@v1\n  with: { otp-version: 27, elixir-version: 1.18 }';
  const env = { services: { withoutTool: new Set(['erlef/setup-beam']) } };
  const allowed = await rig.run(steps, '', env);
  expect(allowed.report.result).toBe('success');
  const refused = await rig.run(
    '- uses: superfly/flyctl-actions/setup-flyctl@1.6\n  env: { PATH: /nowhere }',
  );
  expect(refused.log).toContain('flyctl is not on this machine');
});

test('pnpm is taken from this machine, and one that is not there is said with what brings it', async () => {
  const missing = await rig.run('- uses: pnpm/action-setup@v4\n  env: { PATH: /nowhere }');
  expect(missing.report.result).toBe('failure');
  expect(missing.log).toContain(
    'Install it (corepack enable pnpm), or rehearse with --without-tool pnpm/action-setup',
  );
  const found = await rig.run(`
- run: |
    mkdir bin && printf '#!/bin/sh\\necho ran pnpm "$@"\\n' > bin/pnpm && chmod +x bin/pnpm
    echo "$PWD/bin" >> "$GITHUB_PATH"
- uses: pnpm/action-setup@0ebf47130e4866e96fce0953f49152a61190b271 # v6.0.9
- run: pnpm install --frozen-lockfile
`);
  expect(found.report.result).toBe('success');
  expect(found.log).toMatch(/Found pnpm in .*bin[\s\S]*ran pnpm install --frozen-lockfile/);
  const installs = await rig.run('- { uses: pnpm/action-setup@v4, with: { run_install: true } }');
  expect(installs.log).toContain('with input run_install: write pnpm install in a run step');
});

test('findings are read as code scanning would read them, and what is none is refused', async () => {
  const upload = (file: string): string =>
    `- { uses: github/codeql-action/upload-sarif@v4, with: { sarif_file: ${file}, category: lint }, continue-on-error: true }`;
  const sarif = '{ "version": "2.1.0", "runs": [{ "results": [{}, {}] }] }';
  const { log } = await rig.run(`
- run: |
    mkdir -p found/deep
    echo '${sarif}' > found/deep/a.sarif
    echo '{}' > none.sarif
${upload('found')}
${upload('none.sarif')}
${upload('missing.sarif')}`);
  expect(log).toContain('Read 2 findings in 1 files.');
  expect(log).toContain('Invalid SARIF.');
  expect(log).toContain('Path does not exist: missing.sarif');
});

describe('artifacts', () => {
  test('go from one job to another, once for a name', async () => {
    const first = await rig.run(`
- run: mkdir -p out/deep && echo one > out/a.txt && echo two > out/deep/b.txt && echo no > out/.hidden
- { id: up, uses: actions/upload-artifact@v7, with: { name: build, path: out } }
- { uses: actions/upload-artifact@v7, with: { name: build, path: out }, continue-on-error: true, id: again }
- { uses: actions/upload-artifact@v7, with: { name: build, path: out/a.txt, overwrite: true } }
- { uses: actions/upload-artifact@v7, with: { name: whole, path: "out/**" } }
- { uses: actions/upload-artifact@v7, with: { name: none, path: nothing, if-no-files-found: error }, continue-on-error: true }
- run: echo "\${{ steps.again.outcome }} \${{ steps.up.outputs.artifact-id > 0 }}"
`);
    expect(first.report.result).toBe('success');
    expect(first.log).toContain('failure true');
    expect(first.log).toContain('No files were found with the provided path: nothing');
    const second = await rig.run(`
- { uses: actions/download-artifact@v8, with: { name: build, path: got } }
- { uses: actions/download-artifact@v8, with: { path: all, pattern: "w*" } }
- run: cat got/a.txt all/whole/deep/b.txt; ls -A all/whole
- { uses: actions/download-artifact@v8, with: { name: gone } }
`);
    expect(second.log).toContain('one\ntwo\na.txt\ndeep');
    expect(second.log).toContain('Artifact not found for name: gone');
    expect(second.report.result).toBe('failure');
  });

  test('are not found by other runs', async () => {
    const own = await rig.run(
      '- run: echo one > a.txt\n- { uses: actions/upload-artifact@v7, with: { name: build, path: a.txt } }',
    );
    expect(own.report.result).toBe('success');
    const download = '- uses: actions/download-artifact@v8\n  with: { name: build }';
    expect((await rig.run(download)).report.result).toBe('success');
    const other = await rig.run(download, '', { services: { runId: 2 } });
    expect(other.report.result).toBe('failure');
  });
});

describe('caches', () => {
  const steps = `
- id: cache
  uses: actions/cache@v6
  with: { path: "deps\\n~/.store", key: "deps-\${{ vars.V }}", restore-keys: deps- }
- run: |
    echo "hit=\${{ steps.cache.outputs.cache-hit }}"
    cat deps/x ~/.store/y 2>/dev/null || { mkdir -p deps ~/.store; echo "made \${{ vars.V }}" | tee deps/x > ~/.store/y; }
`;
  const on = (ref: string, v: string, ...more: readonly string[]) => ({
    vars: { V: v },
    services: { cacheRef: ref, cacheRefs: [ref, ...more] },
  });

  test('are restored by key, then by the beginning of one, and saved at the end', async () => {
    const first = await rig.run(steps, '', on('refs/heads/main', '1'));
    expect(first.log).toContain('hit=\n');
    expect(first.log).toContain('Cache saved with key: deps-1');
    const again = await rig.run(steps, '', on('refs/heads/main', '1'));
    expect(again.log).toContain('hit=true\nmade 1\nmade 1');
    const other = await rig.run(steps, '', on('refs/heads/main', '2'));
    expect(other.log).toContain('hit=false\nmade 1');
  });

  test('of a branch are read by itself, those of the default branch by all', async () => {
    await rig.run(steps, '', on('refs/heads/main', '1'));
    const feature = await rig.run(steps, '', on('refs/heads/feature', '3', 'refs/heads/main'));
    expect(feature.log).toContain('hit=false\nmade 1');
    const main = await rig.run(steps, '', on('refs/heads/main', '3'));
    expect(main.log).toContain('hit=false');
    const elsewhere = await rig.run(steps, '', on('refs/pull/1/merge', '3'));
    expect(elsewhere.log).toContain('hit=\n');
  });

  test('hold a directory that is empty as well, and one that is not there is said', async () => {
    const one = (path: string, key: string): string =>
      `- { id: ${key}, uses: actions/cache@v6, with: { path: ${path}, key: ${key} } }\n`;
    const text = `${one('void', 'empty')}${one('gone', 'none')}- run: echo "\${{ steps.empty.outputs.cache-hit }},\${{ steps.none.outputs.cache-hit }}" && mkdir -p void`;
    const first = await rig.run(text, '', on('refs/heads/void', '1'));
    expect(first.log).toContain('Cache saved with key: empty');
    expect(first.log).toContain('Path Validation Error');
    const again = await rig.run(`${text} && ls -d void`, '', on('refs/heads/void', '1'));
    expect(again.log).toContain('\ntrue,\nvoid\n');
  });

  test('are not saved by a job that fails', async () => {
    await rig.run(`${steps}- run: exit 1`, '', on('refs/heads/broken', '9'));
    const later = await rig.run(steps, '', on('refs/heads/broken', '9'));
    expect(later.log).toContain('hit=\n');
  });
});

test('hashFiles and the working directory are of the job', async () => {
  mkdirSync(join(rig.dir, 'elsewhere'), { recursive: true });
  const { log } = await rig.run(`
- run: echo a > package-lock.json
- run: echo "hash \${{ hashFiles('**/package-lock.json') }} none '\${{ hashFiles('nothing') }}'"
`);
  expect(log).toMatch(/hash [0-9a-f]{64} none ''/u);
});
