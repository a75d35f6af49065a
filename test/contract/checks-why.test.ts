import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputRig } from '../support/input-rig.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

const CONFIG = `import { defineProject, flyApp, manual, node } from 'glidepath';
export default defineProject({
  name: 'why',
  apps: { web: flyApp({ stack: node({ entry: 'src/a.ts' }) }) },
  environments: { staging: { on: manual() } },
  ci: { checks: {
    build: { command: 'mkdir -p dist && cat src/*.ts > dist/out.js', inputs: ['src/**'], outputs: ['dist/**'] },
    lint: { command: 'grep -q x src/a.ts', inputs: ['src/**'], env: ['TOKEN'] },
    test: { command: 'test -s dist/out.js', needs: ['build'], inputs: ['test/**'] },
    fresh: { command: 'true', cache: false },
  } },
});
`;

function project(): InputRig {
  const rig = new InputRig();
  rig.write('glidepath.config.ts', CONFIG);
  rig.write('.gitignore', 'dist/\n');
  rig.write('src/a.ts', 'x');
  rig.write('src/b.ts', 'b');
  rig.write('test/t.ts', 't');
  return rig;
}

/** What a command prints, with times left out. */
function glidepath(rig: InputRig, args: readonly string[], env: Record<string, string> = {}): string {
  const code = `const { main } = await import(${JSON.stringify(MAIN)}); await main();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', code, 'glidepath', ...args], {
    cwd: rig.root,
    env: { ...rig.env, ...env },
    encoding: 'utf8',
  });
  return (stdout + stderr).replaceAll(/just now|\d+ (second|minute)s? ago/g, 'a while ago');
}

test('a check that never ran, one that did, and one whose inputs changed say so', () => {
  using rig = project();
  expect(glidepath(rig, ['ci', 'why', 'test'])).toBe(
    [
      'test would run: no earlier pass is known here.',
      '  build would run: no earlier pass is known here.',
      '',
    ].join('\n'),
  );
  glidepath(rig, ['ci']);
  expect(glidepath(rig, ['ci', 'why', 'test'])).toBe(
    'test: up to date, nothing changed since it passed a while ago.\n',
  );
  expect(glidepath(rig, ['ci', 'why', 'fresh'])).toContain('fresh would run: its result is never cached.\n');
  appendFileSync(join(rig.root, 'src/a.ts'), 'more');
  rig.remove('src/b.ts');
  rig.write('src/c\nd.ts');
  expect(glidepath(rig, ['ci', 'why', 'lint'], { TOKEN: 'hunter2' })).toBe(
    [
      'lint would run. Since it passed a while ago:',
      '  ~ src/a.ts',
      '  - src/b.ts',
      '  + "src/c\\nd.ts"',
      '  + variable TOKEN: set now',
      '',
    ].join('\n'),
  );
  const printed = glidepath(rig, ['ci', 'why', 'lint', '--json'], { TOKEN: 'hunter2' });
  // Neither the value of a variable nor its digest: a short value can be found by that.
  expect(JSON.parse(printed)).toMatchObject({
    name: 'lint',
    state: 'runs',
    differences: [{}, {}, {}, { part: 'env', name: 'TOKEN', before: null, now: 'set' }],
    because: [],
  });
  expect(glidepath(rig, ['ci', 'why', 'test'])).toBe(
    [
      'test would run if the output of build changes; nothing else changed since it passed a while ago.',
      '  build would run. Since it passed a while ago:',
      '    ~ src/a.ts',
      '    - src/b.ts',
      '    + "src/c\\nd.ts"',
      '',
    ].join('\n'),
  );
});

test('what is in the cache would be restored, and many changes are counted', () => {
  using rig = project();
  glidepath(rig, ['ci']);
  rig.remove('dist');
  expect(glidepath(rig, ['ci', 'why', 'build'])).toBe(
    'build would be restored from this machine: it passed a while ago on the same inputs.\n',
  );
  for (let index = 0; index < 25; index += 1) rig.write(`src/new-${index}.ts`);
  const lines = glidepath(rig, ['ci', 'why', 'build']).trimEnd().split('\n');
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe('  and 5 more');
});

test('after a restore the reason is what changed since then, also after a failure', () => {
  using rig = project();
  const lint = (): string => glidepath(rig, ['ci', '--only', 'lint']);
  const passed = 'x, and passes';
  rig.write('src/a.ts', passed);
  lint();
  rig.write('src/a.ts', 'x, and passes too');
  lint();
  rig.write('src/a.ts', passed);
  expect(lint()).toContain('restored: same inputs as');
  rig.write('src/b.ts', 'changed');
  expect(glidepath(rig, ['ci', 'why', 'lint'])).toMatch(/^lint would run.*\n {2}~ src\/b\.ts\n$/);
  rig.write('src/a.ts', 'fails');
  expect(lint()).toContain('✗ lint');
  rig.write('src/a.ts', passed);
  expect(lint()).toContain('ran: src/b.ts changed\n');
});

test('a name that does not exist is CHECK_UNKNOWN, and a glob that matches nothing CHECK_GLOB_EMPTY', () => {
  using rig = project();
  expect(glidepath(rig, ['ci', 'why', 'tset'])).toContain('Did you mean test?');
  rig.write('glidepath.config.ts', CONFIG.replaceAll("'src/**'", "'scr/**'"));
  const printed = glidepath(rig, ['ci', 'why', 'lint']);
  expect(printed).toContain('The check lint has "scr/**" in its inputs, but no file matches it.');
  expect(printed).toContain('Did you mean src/**?');
  expect(printed).toContain('CHECK_GLOB_EMPTY');
});
