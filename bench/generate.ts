// What it costs to generate files, by the file: for the four examples, and for a project of 200 apps in 5 environments.
// Both in one warm process, in turn, from the config as it is loaded; what does not grow with the square of the project has
// the same figure in both. And whole processes that write everything, and then find that nothing is to be done.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject } from '../src/config/load-project.ts';
import type { ResolvedProject } from '../src/config/resolved.ts';
import { generateFiles } from '../src/emit/generate-files.ts';

const ROOT = join(import.meta.dirname, '..');
const CLI = join(ROOT, 'bin', 'glidepath.js');

const EXAMPLES = ['reify', 'gatherly', 'atlaris', 'microbima'] as const;
const APPS = 200;
const ENVIRONMENTS = ['dev', 'test', 'staging', 'pre', 'production'] as const;

const ROUNDS = 15;
/** Until the code is optimized. */
const WARM_UP = 10;
/** So often are the examples generated in a round, to have about as many files as the large project. */
const REPEATS = 20;
const GOAL = 1.3;

const OPTIONS = { version: '1.0.0' };

/** Prints the figures. */
export async function run(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-generate-'));
  try {
    writeFileSync(join(dir, 'glidepath.config.ts'), largeConfig());
    const examples: ResolvedProject[] = [];
    for (const example of EXAMPLES) {
      examples.push((await loadProject({ cwd: join(ROOT, 'examples', example) })).project);
    }
    inProcess(
      Array.from({ length: REPEATS }, () => examples).flat(),
      (await loadProject({ cwd: dir })).project,
    );
    wholeProcess('write everything', dir, ['generate'], 0);
    wholeProcess('find that nothing is to be done', dir, ['generate', '--check'], 0);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function inProcess(examples: readonly ResolvedProject[], large: ResolvedProject): void {
  const times = { examples: [] as number[], large: [] as number[], ratio: [] as number[] };
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const one = microsecondsPerFile(examples);
    const other = microsecondsPerFile([large]);
    if (round < 0) continue;
    times.examples.push(one);
    times.large.push(other);
    // Of one round, so that a busy moment of the machine meets both.
    times.ratio.push(other / one);
  }
  const [small, big] = [median(times.examples), median(times.large)];
  const files = generateFiles(large, OPTIONS).length;
  console.log(`  the four examples: ${small.toFixed(0)} µs a file`);
  console.log(
    `  ${APPS} apps × ${ENVIRONMENTS.length} environments, ${files} files: ${big.toFixed(0)} µs a file`,
  );
  console.log(
    `  the large project over the examples, by the file: × ${median(times.ratio).toFixed(2)} (goal ≤ ${GOAL})`,
  );
}

function microsecondsPerFile(projects: readonly ResolvedProject[]): number {
  let files = 0;
  const began = performance.now();
  for (const project of projects) files += generateFiles(project, OPTIONS).length;
  return ((performance.now() - began) * 1_000) / files;
}

function wholeProcess(what: string, cwd: string, args: readonly string[], expected: number): void {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== expected) throw new Error(`generate ended with exit code ${status}\n${stderr}`);
  console.log(`  the large project, whole process, ${what}: ${(performance.now() - began).toFixed(0)} ms`);
}

function largeConfig(): string {
  return `
import { check, defineProject, flyApp, flyPostgres, node, passed, push, secret } from 'glidepath';
const environments = ${JSON.stringify(ENVIRONMENTS)};
export default defineProject({
  name: 'large',
  github: { repository: 'acme/large' },
  databases: { main: flyPostgres() },
  apps: Object.fromEntries(Array.from({ length: ${APPS} }, (_, index) => [\`app-\${index}\`, flyApp({
    stack: node(), command: ['node', 'dist/main.js'], port: 8080, health: { path: '/health' }, database: 'main',
    env: { LOG_LEVEL: 'info', API_KEY: secret(\`API_KEY_\${index}\`) },
  })])),
  environments: Object.fromEntries(environments.map((name, index) => [name, {
    on: push(name), fly: { org: name, token: \`FLY_API_TOKEN_\${index}\` }, regions: ['iad'],
    gates: index === 0 ? [] : [passed(environments[index - 1])],
  }])),
  ci: { checks: { install: check('npm ci'), test: check('npm test', { needs: ['install'] }) } },
});
`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
