// Builds dist/: the declarations of the public API with tsc, the code as a bundle, because loading some three hundred
// small files is most of what a short command would take (docs/decisions/0009-bundled-command.md).
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Files that are started or imported by name, so each keeps its place: what `ownFile` and package.json speak of. */
const ENTRIES = [
  'index',
  'cli/main',
  'cloud/guard',
  'cloud/main',
  'cloud/postgres-image/psql',
  'config/native-import',
];
/**
 * In one file each, as CommonJS: where every millisecond counts, a file more takes a third of one (decision 9), and to
 * link modules as much again.
 */
const ALONE = ['cli/quick-ci', 'cli/quick-restore'];
/** Brought along, for they consist of many small files, of which few are needed; the other dependencies stay outside. */
const BUNDLED = [
  '@actions/expressions',
  '@actions/languageservice',
  '@actions/workflow-parser',
  '@cyclonedx/cyclonedx-library',
  '@octokit/auth-app',
  '@octokit/core',
  '@octokit/plugin-paginate-rest',
  '@octokit/plugin-retry',
  '@octokit/plugin-throttling',
  '@octokit/request-error',
  '@secretlint/core',
  '@secretlint/secretlint-rule-preset-recommend',
  'aws4fetch',
  'commander',
  'fastest-levenshtein',
  'ignore',
  'libsodium-wrappers',
  'picomatch',
  'semver',
  'smol-toml',
  'spdx-satisfies',
  'vscode-languageserver-textdocument',
  'yaml',
  'zod',
];

/** What a bundled package would load if it were there, and does without otherwise: writing XML. */
const LEFT_AWAY = ['xmlbuilder2'];

rmSync(`${root}dist`, { recursive: true, force: true });
const tsc = `${root}node_modules/typescript/bin/tsc`;
const types = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (types.status === 0) await bundle();
else process.exitCode = types.status ?? 1;

async function bundle(): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const external = [...LEFT_AWAY, ...Object.keys({ ...dependencies, ...devDependencies })].filter(
    (name) => !BUNDLED.includes(name),
  );
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(ENTRIES.map((name) => [name, `src/${name}.ts`])),
    platform: 'node',
    external: [/^node:/, ...external.map((name) => new RegExp(`^${name}(/|$)`))],
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    sourcemap: true,
  });
  await build.close();
  for (const name of ALONE) await bundleAlone(name);
  for (const { fileName } of output) if (fileName.endsWith('.map')) dropSources(`${root}dist/${fileName}`);
  mkdirSync(`${root}dist/licenses`, { recursive: true });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  for (const name of packagesOf(modules)) copyLicense(name);
}

/** Takes nothing along that has a license, for it imports no package. */
async function bundleAlone(name: string): Promise<void> {
  const build = await rolldown({
    cwd: root,
    input: { [name]: `src/${name}.ts` },
    platform: 'node',
    external: [/^node:/],
  });
  const { output } = await build.write({
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    codeSplitting: false,
    sourcemap: true,
  });
  await build.close();
  for (const { fileName } of output) if (fileName.endsWith('.map')) dropSources(`${root}dist/${fileName}`);
}

/** The packages that are in the bundle, with those that they brought along themselves. */
function packagesOf(modules: readonly string[]): Set<string> {
  const names = modules.map((module) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/** A map says which line is meant; the text of the sources would only double the package. */
function dropSources(file: string): void {
  const { sourcesContent: _, ...map } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(map));
}

function copyLicense(name: string): void {
  const folder = `${root}node_modules/${name}`;
  const target = `${root}dist/licenses/${name.replace('/', '-')}.txt`;
  const license = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (license === undefined) writeFileSync(target, licenseLine(name, folder));
  else copyFileSync(`${folder}/${license}`, target);
}

/** Lists of facts come without a text; whose they are, and under what, is said all the same. */
function licenseLine(name: string, folder: string): string {
  const { version, author, license, homepage, repository } = JSON.parse(
    readFileSync(`${folder}/package.json`, 'utf8'),
  ) as Record<string, unknown>;
  if (typeof license !== 'string') throw new Error(`${name} has no license to bring along`);
  return `${JSON.stringify({ name, version, author, license, source: homepage ?? repository }, null, 2)}\n`;
}
