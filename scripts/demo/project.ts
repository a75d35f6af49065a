import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyDemoChange, type DemoChange } from '../demo-changes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The executable of this checkout. */
export const CLI: string = join(ROOT, 'bin', 'glidepath.js');

/** A page of each app that reads from its database, or for web-admin from internal-api. */
const PAGES: Readonly<Record<string, string>> = {
  'internal-api': '/policies',
  'public-api': '/products',
  'web-admin': '/',
};

/** A copy of examples/microbima as a git repository of its own, with the commands of Glidepath at hand. */
export interface Shop extends AsyncDisposable {
  readonly dir: string;
  /** Runs the CLI as a user would, its output shown; returns the exit code. */
  glidepath(...args: string[]): Promise<number>;
  /** Runs the CLI with `--json` and parses what it prints. */
  query(...args: string[]): Promise<unknown>;
  branch(name: string): Promise<void>;
  commit(change: DemoChange): Promise<void>;
  liveRelease(environment: string): Promise<string | null>;
  /** The addresses of the apps: of all environments, or of one, each with a page worth requesting. */
  routes(environment?: string): Promise<string[]>;
}

/** Copies the example, links the dependencies that are installed already, and makes the first commit. */
export async function createShop(options: { keep: boolean }): Promise<Shop> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-demo-')));
  cpSync(join(ROOT, 'examples', 'microbima'), dir, {
    recursive: true,
    filter: (source) => !/node_modules|\.glidepath|\/dist/.test(source.slice(ROOT.length)),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const git = (...args: string[]): Promise<string> =>
    output('git', ['-c', 'user.name=demo', '-c', 'user.email=demo@localhost', ...args], dir);
  await git('init', '--quiet', '--initial-branch=development');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Start microbima');
  const query = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await output(process.execPath, [CLI, ...args, '--json'], dir));
  return {
    dir,
    query,
    glidepath: (...args) => inherit(process.execPath, [CLI, ...args], dir),
    branch: async (name) => void (await git('checkout', '--quiet', '-b', name)),
    async commit(change) {
      applyDemoChange(dir, change);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', change.message);
      process.stdout.write(`\n  committed: ${change.message}\n`);
    },
    async liveRelease(environment) {
      const found = (await query('releases', environment, '--local')) as {
        releases: { release: { id: string } }[];
      };
      return found.releases[0]?.release.id ?? null;
    },
    async routes(environment) {
      const names = environment === undefined ? ['staging', 'production'] : [environment];
      const found: string[] = [];
      for (const name of names) {
        const status = (await query('status', name, '--local')) as {
          environments: { apps: { name: string; url: string | null }[] }[];
        };
        for (const app of status.environments[0]?.apps ?? [])
          if (app.url !== null) found.push(`${app.url}${PAGES[app.name] ?? '/'}`);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      if (!options.keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function inherit(command: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(text)
        : reject(new Error(`${command} ${args.join(' ')} exited with ${code}\n${text}`)),
    );
  });
}
