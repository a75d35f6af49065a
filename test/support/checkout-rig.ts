import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckEvent, CheckResult, ChecksOutcome } from '../../src/checks/check-event.ts';
import { runChecks, type ChecksRun } from '../../src/checks/run-checks.ts';
import { selectChecks } from '../../src/checks/select-checks.ts';
import type { CommandContext } from '../../src/cli/command-context.ts';
import { openChecks } from '../../src/cli/checks/open-checks.ts';
import { createVault } from '../../src/cli/platforms/secret-vault.ts';
import type { ResolvedCheck } from '../../src/config/resolved.ts';
import { project } from './projects.ts';

/** How the checks of a rig are run. */
export interface RigRun extends Partial<ChecksRun> {
  readonly isCacheless?: boolean;
}

/** A git checkout with checks, the real cache and real processes. Everything is removed on disposal. */
export interface CheckoutRig extends Disposable {
  readonly root: string;
  readonly events: CheckEvent[];
  /** What was told besides the events. */
  readonly warnings: string[];
  write(path: string, content: string): void;
  read(path: string): string;
  has(path: string): boolean;
  /** Each time as another process would: nothing is remembered but on disk. */
  run(checks: readonly ResolvedCheck[], options?: RigRun): Promise<ChecksOutcome>;
  /** Of the last run. */
  result(name: string): CheckResult;
  lines(name: string): string[];
}

/** What the environment of a command in a checkout holds. */
export function checkoutEnvironment(root: string): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    XDG_CONFIG_HOME: join(root, '.glidepath', 'xdg'),
    // What this machine knows of itself is no file of the checkout, on which a check may depend.
    XDG_STATE_HOME: join(root, '.git', 'state'),
  };
}

/** Makes a checkout with the given files, all committed. `env` is what the environment of the command would hold. */
export function checkoutRig(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): CheckoutRig {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-checkout-')));
  const events: CheckEvent[] = [];
  const warnings: string[] = [];
  const whole = { ...checkoutEnvironment(root), ...env };
  let last: ChecksOutcome | null = null;
  const rig: CheckoutRig = {
    root,
    events,
    warnings,
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    has: (path) => existsSync(join(root, path)),
    async run(checks, { isCacheless = false, ...options } = {}) {
      events.length = 0;
      const context = { env: whole, isLocal: false, cloudOfJob: null } as unknown as CommandContext;
      const deps = await openChecks(context, {
        project: project([], { checks }),
        root,
        checkout: root,
        checks,
        vault: createVault(whole),
        isCacheless,
        commit: null,
        onWarning: (sentence) => void warnings.push(sentence),
      });
      last = await runChecks({ ...deps, capacity: 2 }, selectChecks(checks, { only: null, isFast: false }), {
        root,
        signal: new AbortController().signal,
        onEvent: (event) => void events.push(event),
        isKeepGoing: false,
        isForce: false,
        isWatched: false,
        ...options,
      });
      return last;
    },
    result(name) {
      const result = last?.results.find((each) => each.name === name);
      if (result === undefined) throw new Error(`${name} has no result`);
      return result;
    },
    lines: (name) =>
      events.flatMap((event) => (event.type === 'line' && event.name === name ? [event.line] : [])),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  for (const [path, content] of Object.entries(files)) rig.write(path, content);
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
      cwd: root,
    });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'First');
  return rig;
}
