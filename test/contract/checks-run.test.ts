import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entryName } from '../../src/checks/cache/cache-store.ts';
import { decodeEntry } from '../../src/checks/cache/stored-entry.ts';
import type { CheckEvent } from '../../src/checks/check-event.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import { selectChecks } from '../../src/checks/select-checks.ts';
import type { ResolvedCheck } from '../../src/config/resolved.ts';
import { checkDeps } from '../support/check-rig.ts';
import { checkoutRig, type CheckoutRig } from '../support/checkout-rig.ts';
import { resolvedCheck } from '../support/projects.ts';

const FILES = {
  '.gitignore': '.glidepath\ndist\n',
  'src/a.txt': 'a\n',
  'src/b.txt': 'b\n',
  'docs/c.md': 'c\n',
};

/** How each check came to its result, by name. */
function origins({
  results,
}: {
  readonly results: CheckoutRig['result'] extends (name: string) => infer R ? readonly R[] : never;
}) {
  return Object.fromEntries(results.map(({ name, status, from }) => [name, from ?? status]));
}

/** A check that makes one file of its inputs, and counts how often it ran. */
function build(settings: Partial<ResolvedCheck> = {}): ResolvedCheck {
  const command = 'mkdir -p dist && cat src/*.txt > dist/out && echo ran >> .glidepath/count && echo built';
  return resolvedCheck('build', {
    command,
    inputs: ['src/**'],
    outputs: ['dist/**'],
    prepares: true,
    ...settings,
  });
}

describe('never twice', () => {
  const test1 = resolvedCheck('test', {
    command: 'grep -q a dist/out',
    needs: ['build'],
    inputs: ['docs/**'],
  });

  test('what lies there is left, what is gone is restored, what changed runs and says what', async () => {
    using rig = checkoutRig(FILES);
    const checks = [build(), test1];
    expect(origins(await rig.run(checks))).toEqual({ build: 'ran', test: 'ran' });
    expect(rig.result('build').reason).toBe('ran: never passed before');
    expect(origins(await rig.run(checks))).toEqual({ build: 'in-place', test: 'in-place' });
    expect(rig.result('build').reason).toBe('up to date: outputs are in place');
    expect(rig.result('test').reason).toMatch(/^up to date: same inputs as (just now|\d+ seconds? ago)$/);
    rig.write('src/a.txt', 'another a\n');
    expect(origins(await rig.run(checks))).toEqual({ build: 'ran', test: 'ran' });
    expect(rig.result('build').reason).toBe('ran: src/a.txt changed');
    expect(rig.result('test').reason).toBe('ran: the output of build changed');
    rig.write('src/a.txt', 'a\n');
    expect(origins(await rig.run(checks))).toEqual({ build: 'restored', test: 'restored' });
    expect(rig.result('build').reason).toMatch(/^restored: same inputs as (just now|\d+ seconds? ago)$/);
    expect(rig.read('dist/out')).toBe('a\nb\n');
    expect(rig.read('.glidepath/count')).toBe('ran\nran\n');
  });

  test('a build that comes out the same ends the change there', async () => {
    using rig = checkoutRig(FILES);
    const sorted = build({ command: 'mkdir -p dist && cat src/*.txt | sort -u > dist/out' });
    await rig.run([sorted, test1]);
    rig.write('src/b.txt', 'b\nb\n');
    expect(origins(await rig.run([sorted, test1]))).toEqual({ build: 'ran', test: 'in-place' });
  });

  test('--force runs all and keeps it, --no-cache runs all and keeps nothing', async () => {
    using rig = checkoutRig(FILES);
    expect(origins(await rig.run([build()], { isCacheless: true }))).toEqual({ build: 'ran' });
    expect(rig.result('build')).toMatchObject({ isKept: false, reason: 'ran: without the cache' });
    await rig.run([build()]);
    expect(origins(await rig.run([build()], { isForce: true }))).toEqual({ build: 'ran' });
    expect(rig.result('build')).toMatchObject({ isKept: true, reason: 'ran: forced (--force)' });
    expect(origins(await rig.run([build({ isCached: false })]))).toEqual({ build: 'ran' });
    expect(rig.result('build').reason).toBe('ran: its result is never cached');
  });

  test('a failure is not kept, and what passed before it is', async () => {
    using rig = checkoutRig(FILES);
    const failing = resolvedCheck('test', { command: 'exit 3', needs: ['build'] });
    const outcome = await rig.run([build(), failing]);
    expect(outcome.failures.map(({ problem }) => problem?.code)).toEqual(['CHECK_FAILED']);
    expect(origins(await rig.run([build(), failing]))).toEqual({ build: 'in-place', test: 'ran' });
    expect(rig.result('test').status).toBe('failed');
  });
});

test('what is behind a link is an input like any other', async () => {
  using rig = checkoutRig({
    ...FILES,
    '.gitignore': `${FILES['.gitignore']}.env\n`,
    'lib/one': '1',
    'shared/v': '1',
  });
  rig.write('.env', '1');
  symlinkSync('../lib/one', join(rig.root, 'src/l.txt'));
  symlinkSync('../shared', join(rig.root, 'src/d'));
  symlinkSync('../.env', join(rig.root, 'src/e.txt'));
  const checks = [build()];
  await rig.run(checks);
  expect(origins(await rig.run(checks))).toEqual({ build: 'in-place' });
  for (const path of ['lib/one', 'shared/v', '.env']) {
    rig.write(path, '22');
    await rig.run(checks);
    expect(rig.result('build').reason).toBe(`ran: ${path} changed`);
  }
});

describe('bad input', () => {
  test('a check that writes beside what it makes fails, is named with the file, and nothing of it is kept', async () => {
    using rig = checkoutRig(FILES);
    const messy = resolvedCheck('messy', {
      command: 'echo x > src/new.txt; echo y >> src/b.txt; rm docs/c.md',
    });
    await rig.run([messy]);
    expect(rig.result('messy')).toMatchObject({ status: 'failed', isKept: false });
    expect(rig.result('messy').problem).toMatchObject({
      code: 'CHECK_WROTE_OUTSIDE',
      message:
        'The check messy changed files outside its declared outputs: docs/c.md, src/b.txt, src/new.txt.',
    });
    rig.write('docs/c.md', 'c\n');
    expect(origins(await rig.run([messy]))).toEqual({ messy: 'ran' });
  });

  test('where several ran at that time, all of them are named', async () => {
    using rig = checkoutRig(FILES);
    const meet = (mine: string, other: string): string =>
      `touch .glidepath/${mine}; while [ ! -e .glidepath/${other} ]; do sleep 0.01; done`;
    await rig.run([
      resolvedCheck('one', { command: `${meet('one', 'two')}; echo x > src/new.txt` }),
      resolvedCheck('two', {
        command: `${meet('two', 'one')}; while [ ! -e src/new.txt ]; do sleep 0.01; done; sleep 60`,
      }),
    ]);
    expect(rig.result('one').problem?.message).toBe(
      'While the checks one, two ran, one of them changed files outside its declared outputs: src/new.txt.',
    );
    expect(rig.result('two').status).toBe('ended');
  });

  test('somebody who edits while checks are watched has done nothing wrong, and nothing of that is kept', async () => {
    using rig = checkoutRig(FILES);
    const edited = resolvedCheck('edited', { command: 'echo new > src/a.txt', inputs: ['src/**'] });
    await rig.run([edited], { isWatched: true });
    expect(rig.result('edited')).toMatchObject({
      status: 'passed',
      isKept: false,
      warnings: ['src/a.txt changed while it ran; the result is not cached'],
    });
    expect(origins(await rig.run([edited]))).toEqual({ edited: 'ran' });
  });

  test('a secret that a check prints is in no line, no log, no report and nothing that is kept', async () => {
    const secret = 'tell-nobody-4711';
    using rig = checkoutRig(FILES, { API_TOKEN: secret });
    const command = [
      'echo "token $API_TOKEN" && printf %s "$API_TOKEN" | cut -c1-8 | tr -d "\\n" && sleep 0.05',
      'printf "%s\\n" "$API_TOKEN" | cut -c9-',
      'head -c 200000 /dev/zero | tr "\\0" x && printf "%s" "$API_TOKEN" && head -c 200000 /dev/zero | tr "\\0" y',
      'mkdir -p dist && echo "<testsuites><testsuite name=\\"$API_TOKEN\\"/></testsuites>" > dist/junit.xml',
    ].join(' && ');
    const reports = { junit: ['dist/junit.xml'], coverage: [], sarif: [], sbom: [] };
    await rig.run([resolvedCheck('leaky', { command, env: ['API_TOKEN'], reports })]);
    expect(rig.result('leaky')).toMatchObject({ status: 'passed', isKept: true });
    expect(rig.lines('leaky').slice(0, 2)).toEqual(['token ***', '***']);
    expect(JSON.stringify(rig.events)).not.toContain(secret);
    expect(rig.read('dist/junit.xml')).toContain('name="***"');
    rmSync(join(rig.root, 'dist'), { recursive: true });
    await rig.run([resolvedCheck('leaky', { command, env: ['API_TOKEN'], reports })]);
    expect(rig.result('leaky').from).toBe('restored');
    expect(rig.read('dist/junit.xml')).toContain('name="***"');
    expect(filesWith(join(rig.root, '.glidepath'), secret)).toEqual([]);
  });

  test('a check that never ends is ended with its daemons, and those of one that passed are named and not kept', async () => {
    using rig = checkoutRig(FILES);
    const stuck = resolvedCheck('stuck', { command: 'setsid sleep 4711 & sleep 4712', timeoutMs: 300 });
    await rig.run([stuck]);
    expect(rig.result('stuck')).toMatchObject({ status: 'failed', timedOut: true });
    expect(rig.result('stuck').problem?.message).toBe('The check stuck did not finish within 0.3 s.');
    // What is left is told by its name, which it has once `sleep` is what runs.
    const command = 'setsid sleep 4713 & until grep -q sleep /proc/$!/comm; do :; done; echo started';
    const daemon = resolvedCheck('daemon', { command });
    await rig.run([daemon]);
    expect(rig.result('daemon')).toMatchObject({ status: 'passed', isKept: false });
    expect(rig.result('daemon').warnings).toEqual([
      expect.stringMatching(
        /^it left 1 process running, now stopped: sleep 4713 \(pid \d+\); the result is not cached$/,
      ),
    ]);
    expect(running(/sleep 471[123]/)).toEqual([]);
    expect(origins(await rig.run([daemon]))).toEqual({ daemon: 'ran' });
  });

  test('outputs that match nothing are a warning, and where all of them do, nothing is kept', async () => {
    using rig = checkoutRig(FILES);
    const command = 'mkdir -p dist && echo 1 > dist/1';
    const wrong = resolvedCheck('wrong', { command, inputs: ['src/**'], outputs: ['dits'] });
    await rig.run([wrong]);
    expect(rig.result('wrong')).toMatchObject({
      status: 'passed',
      isKept: false,
      warnings: [
        'it made nothing at dits: correct its outputs in glidepath.config.ts; the result is not cached',
      ],
    });
    expect(origins(await rig.run([wrong]))).toEqual({ wrong: 'ran' });
    const half = resolvedCheck('half', { command, inputs: ['src/**'], outputs: ['dist', 'maps/**'] });
    await rig.run([half]);
    expect(rig.result('half')).toMatchObject({
      isKept: true,
      warnings: ['it made nothing at maps/**: correct its outputs in glidepath.config.ts'],
    });
    expect(origins(await rig.run([half]))).toEqual({ half: 'in-place' });
    // Of one that fails something else is to be said.
    await rig.run([resolvedCheck('failed', { command: 'false', outputs: ['dits'] })]);
    expect(rig.result('failed').warnings).toEqual([]);
  });

  test('output is whole: bytes that are no text, a line of a megabyte, no line break at the end', async () => {
    using rig = checkoutRig(FILES);
    const command = `printf '\\377\\376\\n'; head -c 1000000 /dev/zero | tr '\\0' z; echo; seq 1 200000; printf end`;
    const logs: string[] = [];
    await rig.run([resolvedCheck('loud', { command })], {
      onLog: (_, log) => void logs.push([...log.chunks()].join('')),
    });
    const [log = ''] = logs;
    expect(log.startsWith('\uFFFD\uFFFD\n')).toBe(true);
    expect(log.split('z').length - 1).toBe(1_000_000);
    expect(log.endsWith('\n199999\n200000\nend\n')).toBe(true);
    expect(readdirSync(join(rig.root, '.glidepath')).filter((name) => name === 'logs')).toHaveLength(1);
    expect(filesWith(join(rig.root, '.glidepath', 'logs'), '')).toEqual([]);
  });
});

describe('failing', () => {
  test('the first failure ends what runs, with its processes, and what waits is not run', async () => {
    using rig = checkoutRig(FILES);
    const outcome = await rig.run([
      resolvedCheck('fails', { command: 'while [ ! -e .glidepath/up ]; do sleep 0.01; done; exit 1' }),
      resolvedCheck('long', { command: 'touch .glidepath/up; sleep 4714' }),
      resolvedCheck('later', { needs: ['long'] }),
    ]);
    expect(outcome.results.map(({ name, status }) => [name, status])).toEqual([
      ['fails', 'failed'],
      ['long', 'ended'],
      ['later', 'not-run'],
    ]);
    expect(rig.result('later').reason).toBe('not run: fails failed');
    expect(running(/sleep 4714/)).toEqual([]);
  });

  test('with keep-going, what does not need it runs to its end', async () => {
    using rig = checkoutRig(FILES);
    const outcome = await rig.run(
      [
        resolvedCheck('fails', { command: 'exit 1' }),
        resolvedCheck('user', { needs: ['fails'] }),
        resolvedCheck('other'),
        resolvedCheck('last', { needs: ['other'] }),
      ],
      { isKeepGoing: true },
    );
    expect(origins(outcome)).toEqual({ fails: 'ran', user: 'not-run', other: 'ran', last: 'ran' });
    expect(outcome.hasPassed).toBe(false);
  });

  test('one that is not run again has the time and the failed attempts of the run that gave its result', async () => {
    using rig = checkoutRig(FILES);
    const command =
      'mkdir -p dist && echo made > dist/out && echo try >> .glidepath/tries && [ $(wc -l < .glidepath/tries) -ge 3 ]';
    const flaky = build({ command, retries: 3 });
    await rig.run([flaky]);
    const over = Date.now();
    const { endedAt, startedAt } = rig.result('build');
    expect(endedAt).toBeGreaterThanOrEqual(startedAt ?? Infinity);
    const isOfThatRun = (): void => {
      const result = rig.result('build');
      expect(result).toMatchObject({ failedAttempts: 2, startedAt: null });
      // It is kept a moment after it ended.
      expect(result.endedAt).toBeGreaterThanOrEqual(endedAt ?? Infinity);
      expect(result.endedAt).toBeLessThanOrEqual(over);
    };
    expect(origins(await rig.run([flaky]))).toEqual({ build: 'in-place' });
    isOfThatRun();
    rmSync(join(rig.root, 'dist'), { recursive: true });
    expect(origins(await rig.run([flaky]))).toEqual({ build: 'restored' });
    isOfThatRun();
  });

  test('one that may be run again shows what failed attempts printed, and is called flaky', async () => {
    using rig = checkoutRig(FILES);
    const command =
      'echo try >> .glidepath/tries; echo "attempt $(wc -l < .glidepath/tries)"; [ $(wc -l < .glidepath/tries) -ge 3 ]';
    await rig.run([resolvedCheck('flaky', { command, retries: 3 })]);
    expect(rig.result('flaky')).toMatchObject({ status: 'passed', failedAttempts: 2, isKept: true });
    expect(rig.lines('flaky').map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
      'attempt 1',
      'attempt 2',
      'attempt 3',
    ]);
    expect(rig.result('flaky').warnings).toEqual(['flaky: it failed 2 times before it passed']);
    expect(rig.events.filter(({ type }) => type === 'retrying')).toMatchObject([
      { attempt: 2, attempts: 4, failure: 'failed with exit code 1' },
      { attempt: 3, attempts: 4 },
    ]);
  });
});

test('what is kept says of which commit it is, also where a report is new that git does not ignore', async () => {
  using rig = checkoutRig(FILES);
  const reports = { junit: ['unit.xml'], coverage: [], sarif: [], sbom: [] };
  await rig.run([resolvedCheck('unit', { command: 'echo "<testsuites/>" > unit.xml', reports })]);
  const { key, isKept } = rig.result('unit');
  expect(isKept).toBe(true);
  const entry = readFileSync(join(rig.root, '.glidepath/cache', entryName('local', key ?? '')));
  expect(decodeEntry(entry)?.entry.commit).toBe(
    execFileSync('git', ['rev-parse', 'HEAD'], { cwd: rig.root, encoding: 'utf8' }).trim(),
  );
});

test('a check finds this very command on its PATH, runs in its directory, and is told that it is CI', async () => {
  using rig = checkoutRig({ ...FILES, 'packages/api/x.txt': '' });
  const command = 'basename "$(pwd)"; echo "CI=$CI"; command -v glidepath; echo "[$SECRET]"';
  await rig.run([resolvedCheck('here', { command, directory: 'packages/api', inputs: ['packages/api/**'] })]);
  expect(rig.lines('here')).toEqual(['api', 'CI=true', join(rig.root, '.glidepath/bin/glidepath'), '[]']);
  expect(rig.read('.glidepath/bin/glidepath')).toMatch(
    /^#!\/bin\/sh\nexec '.*node' '.*\/bin\/glidepath\.js' "\$@"\n$/,
  );
});

test('a check has the language of its caller only where it names it, and then it is part of what it depends on', async () => {
  using rig = checkoutRig(FILES, { LANG: 'de_DE.UTF-8', TZ: 'Asia/Kathmandu' });
  const plain = resolvedCheck('plain', { command: 'echo "$LANG $TZ"' });
  await rig.run([plain, resolvedCheck('named', { command: 'echo "$LANG $TZ"', env: ['LANG'] })]);
  expect([rig.lines('plain'), rig.lines('named')]).toEqual([['C.UTF-8 UTC'], ['de_DE.UTF-8 UTC']]);
});

test('checks that need nothing of each other run beside each other', async () => {
  using rig = checkoutRig(FILES);
  const meet = (mine: string, other: string): string =>
    `touch .glidepath/${mine}; while [ ! -e .glidepath/${other} ]; do sleep 0.01; done`;
  const outcome = await rig.run([
    resolvedCheck('one', { command: meet('one', 'two') }),
    resolvedCheck('two', { command: meet('two', 'one') }),
  ]);
  expect(outcome.hasPassed).toBe(true);
});

test('a check in a directory that is not there says which', async () => {
  using rig = checkoutRig(FILES);
  const run = rig.run([resolvedCheck('lost', { directory: 'packages/gone' })]);
  await expect(run).rejects.toThrow('The check lost runs in packages/gone, which does not exist.');
});

test('a check that something keeps from being run is not said to have been running', async () => {
  const events: CheckEvent[] = [];
  const checks = [resolvedCheck('inside', { where: 'container' })];
  const run = runChecks(checkDeps(), selectChecks(checks, { only: null, isFast: false }), {
    root: '/',
    signal: new AbortController().signal,
    onEvent: (event) => void events.push(event),
    isKeepGoing: false,
    isForce: false,
    isWatched: false,
  });
  await expect(run).rejects.toThrow('no container in this test');
  expect(events.at(-1)).toMatchObject({
    type: 'ended',
    result: { status: 'ended', reason: 'ended: it could not be run' },
  });
});

/** Commands of processes that run now. */
function running(pattern: RegExp): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return /^\d+$/.test(pid) && pattern.test(command) && !command.includes('sh -c') ? [command] : [];
    } catch {
      return [];
    }
  });
}

/** Files below a directory that hold a text, packed or not. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const file = join(entry.parentPath, entry.name);
    return readFileSync(file).includes(text) ? [file] : [];
  });
}
