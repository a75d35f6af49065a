import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandContext } from '../../src/cli/command-context.ts';
import type { SecurityDefinition } from '../../src/config/definition/ci-definition.ts';

/** A project in a repository of its own, and what its commands print. */
export interface SecurityRig extends Disposable {
  readonly root: string;
  /** A context for a command; what is printed is in `printed`. */
  context(options?: {
    readonly json?: boolean;
    readonly env?: Readonly<Record<string, string>>;
  }): CommandContext & { readonly printed: { out: string; error: string } };
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  git(...args: readonly string[]): string;
}

/** A committed project with these files and this policy. */
export function securityRig(
  files: Readonly<Record<string, string | Uint8Array>>,
  security: SecurityDefinition = {},
): SecurityRig {
  const root = mkdtempSync(join(tmpdir(), 'glidepath-security-'));
  const config = { name: 'shop', apps: {}, environments: {}, ci: { checks: {}, security } };
  const rig: SecurityRig = {
    root,
    context({ json = false, env = {} } = {}) {
      const printed = { out: '', error: '' };
      return {
        cwd: root,
        env: { PATH: process.env['PATH'], ...env },
        output: {
          write: (text) => void (printed.out += text),
          error: (text) => void (printed.error += text),
          isTty: false,
          outliveReader: () => undefined,
          holdErrors: () => ({ [Symbol.dispose]: () => undefined }),
          isErrorTty: false,
          width: 100,
          rows: 24,
          color: false,
          json,
        },
        projectFile: null,
        isLocal: false,
        cloudOfJob: null,
        isVerbose: false,
        lockWaitMs: null,
        interrupt: new AbortController().signal,
        by: 'ada@laptop',
        printed,
      };
    },
    write(more) {
      for (const [path, content] of Object.entries(more)) {
        mkdirSync(join(root, dirname(path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
    },
    git: (...args) =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: root,
        encoding: 'utf8',
        env: {
          ...process.env,
          GIT_COMMITTER_DATE: '2026-11-21T12:00:00Z',
          GIT_AUTHOR_DATE: '2026-11-21T12:00:00Z',
        },
      }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
  rig.write({ 'glidepath.config.ts': `export default ${JSON.stringify(config)};\n`, ...files });
  rig.git('init', '--quiet');
  rig.git('add', '.');
  rig.git('commit', '--quiet', '--message', 'All of it');
  return rig;
}
