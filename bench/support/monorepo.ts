import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A repository of packages that build upon each other. */
export interface MonorepoShape {
  readonly packages: number;
  readonly filesPerPackage: number;
  /** What a package's task does besides its files: so many milliseconds of one core. */
  readonly workMs: number;
}

/** Each package is needed by this many others, so that there are chains as well as things to do beside each other. */
const FAN_OUT = 4;

/**
 * The same packages with the same tasks for every tool: a package's sources are put together into `dist/index.js`, after
 * those of the package it needs. Committed, with what tools keep ignored.
 */
export function writeMonorepo(root: string, shape: MonorepoShape, modules: string | null): void {
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const names = packageNames(shape);
  if (modules !== null) symlinkSync(modules, join(root, 'node_modules'));
  write('.gitignore', 'node_modules\ndist\n.turbo\n.wireit\n.nx\n.glidepath\n');
  write('work.mjs', WORK);
  for (const [index, name] of names.entries()) {
    const need = needOf(names, index);
    write(`packages/${name}/package.json`, json(packageFile(name, need, shape)));
    for (let file = 0; file < shape.filesPerPackage; file += 1)
      write(
        `packages/${name}/src/f${file}.js`,
        `export const value${file} = '${name} ${file}';\n`.repeat(20),
      );
  }
  write('package.json', json(rootPackage(names)));
  write('package-lock.json', json(lockFile(names)));
  write('turbo.json', json(TURBO));
  write('nx.json', json(NX));
  write('glidepath.config.ts', configFile(names, shape));
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: root, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', 'commit', '-q', '-m', 'Packages');
}

/** `p000`, `p001`, … */
export function packageNames({ packages }: MonorepoShape): string[] {
  return Array.from({ length: packages }, (_, index) => `p${String(index).padStart(3, '0')}`);
}

/** The package that must be built before; null for the first. */
export function needOf(names: readonly string[], index: number): string | null {
  return index === 0 ? null : (names[Math.floor((index - 1) / FAN_OUT)] ?? null);
}

/** The task of a package, as a shell runs it in its directory. */
export function taskOf({ workMs }: MonorepoShape): string {
  const build = 'mkdir -p dist && cat src/*.js > dist/index.js';
  return workMs === 0 ? build : `node ../../work.mjs ${workMs} && ${build}`;
}

// Time of a core and not of a clock, so that it takes longer where two share one.
const WORK = `const wanted = Number(process.argv[2]) * 1000;
while (process.cpuUsage().user < wanted);
`;

const TURBO = {
  ui: 'stream',
  tasks: { build: { dependsOn: ['^build'], inputs: ['src/**'], outputs: ['dist/**'] } },
};

const NX = {
  neverConnectToCloud: true,
  analytics: false,
  targetDefaults: {
    build: {
      dependsOn: ['^build'],
      inputs: ['{projectRoot}/src/**'],
      outputs: ['{projectRoot}/dist'],
      cache: true,
    },
  },
};

function packageFile(name: string, need: string | null, shape: MonorepoShape): object {
  return {
    name,
    version: '1.0.0',
    private: true,
    dependencies: need === null ? {} : { [need]: '1.0.0' },
    scripts: { build: taskOf(shape), 'build:wireit': 'wireit' },
    wireit: {
      'build:wireit': {
        command: taskOf(shape),
        dependencies: need === null ? [] : [`../${need}:build:wireit`],
        files: ['src/**'],
        output: ['dist/**'],
      },
    },
  };
}

function rootPackage(names: readonly string[]): object {
  return {
    name: 'bench',
    private: true,
    workspaces: ['packages/*'],
    packageManager: 'npm@11.0.0',
    scripts: { 'build:wireit': 'wireit' },
    wireit: {
      'build:wireit': { dependencies: names.map((name) => `./packages/${name}:build:wireit`) },
    },
  };
}

function lockFile(names: readonly string[]): object {
  const workspaces = names.flatMap((name, index) => {
    const need = needOf(names, index);
    const dependencies = need === null ? {} : { [need]: '1.0.0' };
    return [
      [`node_modules/${name}`, { resolved: `packages/${name}`, link: true }],
      [`packages/${name}`, { version: '1.0.0', dependencies }],
    ] as const;
  });
  const packages = { '': { name: 'bench', workspaces: ['packages/*'] }, ...Object.fromEntries(workspaces) };
  return { name: 'bench', lockfileVersion: 3, requires: true, packages };
}

function configFile(names: readonly string[], shape: MonorepoShape): string {
  const checks = names.map((name, index) => {
    const need = needOf(names, index);
    const needs = need === null ? '' : ` needs: ['${need}'],`;
    return `      ${name}: check('${taskOf(shape)}', { directory: 'packages/${name}', inputs: ['src/**'], outputs: ['dist/**'],${needs} }),`;
  });
  return `import { check, defineProject } from 'glidepath';

export default defineProject({
  name: 'bench',
  apps: {},
  environments: {},
  ci: {
    checks: {
${checks.join('\n')}
    },
  },
  files: { fly: null, runbook: null },
});
`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
