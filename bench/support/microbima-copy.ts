import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadProject } from '../../src/config/load-project.ts';
import type { ResolvedCheck } from '../../src/config/resolved.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'microbima');

/** Of the example's checks, those that every tool can run: the others are commands of Glidepath. */
export const MICROBIMA_TASKS = ['test', 'build'] as const;

/** A copy of examples/microbima in a repository of its own, with its tasks told to every tool. */
export async function writeMicrobima(root: string, peers: string | null): Promise<void> {
  cpSync(EXAMPLE, root, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|\.glidepath)(\/|$)/.test(path.slice(EXAMPLE.length)),
  });
  linkModules(root, [join(ROOT, 'node_modules'), ...(peers === null ? [] : [join(peers, 'node_modules')])]);
  const { project } = await loadProject({ cwd: EXAMPLE });
  const tasks = project.checks.filter(({ name }) => MICROBIMA_TASKS.some((task) => task === name));
  const outputsOf = (outputs: readonly string[]): string[] => outputs.map((output) => `${output}/**`);
  const each = <T>(
    value: (task: ResolvedCheck) => T,
    name = (task: string): string => task,
  ): Record<string, T> => Object.fromEntries(tasks.map((task) => [name(task.name), value(task)]));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  const wireit = (task: string): string => `wireit:${task}`;
  write(root, 'package.json', {
    ...manifest,
    packageManager: 'npm@11.0.0',
    nx: { includedScripts: tasks.map(({ name }) => name) },
    scripts: { ...each(({ command }) => command), 'build:wireit': 'wireit', ...each(() => 'wireit', wireit) },
    wireit: {
      'build:wireit': { dependencies: tasks.map(({ name }) => wireit(name)) },
      ...each(
        ({ command, inputs, outputs }) => ({ command, files: inputs, output: outputsOf(outputs) }),
        wireit,
      ),
    },
  });
  write(root, 'turbo.json', {
    ui: 'stream',
    tasks: each(({ inputs, outputs }) => ({ inputs, outputs: outputsOf(outputs) })),
  });
  write(root, 'nx.json', {
    neverConnectToCloud: true,
    analytics: false,
    targetDefaults: each(({ inputs, outputs }) => ({
      cache: true,
      inputs: inputs.map((glob) => `{projectRoot}/${glob}`),
      outputs: outputs.map((output) => `{projectRoot}/${output}`),
    })),
  });
  writeFileSync(join(root, '.gitignore'), 'node_modules\ndist\n.turbo\n.wireit\n.nx\n.glidepath\n');
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: root, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', 'commit', '-q', '-m', 'Microbima');
}

/** What two installations hold, beside each other: the first that has a package gives it. */
function linkModules(root: string, installations: readonly string[]): void {
  const modules = join(root, 'node_modules');
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, 'glidepath'));
  for (const installation of installations)
    for (const name of readdirSync(installation))
      if (!name.startsWith('.') && !existsSync(join(modules, name)))
        symlinkSync(join(installation, name), join(modules, name));
}

function write(root: string, file: string, value: object): void {
  writeFileSync(join(root, file), `${JSON.stringify(value, null, 2)}\n`);
}
