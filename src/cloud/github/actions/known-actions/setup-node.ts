import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { ActionFailure, input } from './known-action.ts';
import type { ActionCall, ActionEnd, KnownAction } from './known-action.ts';
import { isProgram, placeOfProgram } from './place-of-program.ts';
import { cachedManager, requireLockFile } from './require-lock-file.ts';

/** actions/setup-node: looks for a Node.js of the wanted major on this machine; nothing is downloaded. */
export const setupNode: KnownAction = {
  versions: {
    newest: 'v7.0.0',
    commits: ['820762786026740c76f36085b0efc47a31fe5020', '249970729cb0ef3589644e2896645e5dc5ba9c38'],
  },
  inputs: {
    'always-auth': {},
    'node-version': {},
    'node-version-file': {},
    architecture: {},
    'check-latest': { default: 'false' },
    'registry-url': {},
    scope: {},
    token: {},
    cache: {},
    'package-manager-cache': { default: 'true' },
    'cache-dependency-path': {},
    mirror: {},
    'mirror-token': {},
  },
  run: setUp,
};

interface FoundNode {
  readonly dir: string;
  /** `24.21.0` */
  readonly version: string;
}

async function setUp(call: ActionCall): Promise<ActionEnd> {
  const wanted = wantedVersion(call);
  const all = await nodesOfThisMachine(call);
  const fits = wanted === '' ? all[0] : all.find(({ version }) => matches(version, wanted));
  const found = fits ?? standIn(call, wanted, all);
  call.addPath(found.dir);
  call.addPath(ownPlace(call, found));
  call.output.say(`Found Node.js ${found.version} in ${found.dir}`);
  if (input(call, 'registry-url') !== '') writeRegistry(call);
  const outputs = { 'node-version': `v${found.version}` };
  const manager = cachedManager(call);
  if (manager === '') return { outputs };
  const path = [found.dir, call.env['PATH'] ?? ''].join(delimiter);
  requireLockFile({ ...call, env: { ...call.env, PATH: path } }, manager);
  call.output.say(`cache: ${manager} (nothing is cached here)`);
  return { outputs: { ...outputs, 'cache-hit': 'false' } };
}

/**
 * A directory of the job with node and corepack in it: `corepack enable` puts pnpm and yarn next to itself, and would
 * change this machine, or not be allowed to.
 */
function ownPlace(call: ActionCall, { dir, version }: FoundNode): string {
  const place = join(call.places.toolCache, 'node', version, 'bin');
  mkdirSync(place, { recursive: true });
  for (const program of ['node', 'corepack']) {
    const from = isProgram(join(dir, program)) ? dir : placeOfProgram(call, program);
    if (from === null || from === place) continue;
    rmSync(join(place, program), { force: true });
    symlinkSync(join(from, program), join(place, program));
  }
  return place;
}

/** Another one, where that was allowed. */
function standIn(call: ActionCall, wanted: string, all: readonly FoundNode[]): FoundNode {
  const there = all.map(({ version }) => version).join(', ');
  const [own] = all;
  if (own === undefined || !call.services.withoutTool.has('actions/setup-node'))
    throw new ActionFailure(
      `Unable to find Node version '${wanted}' on this machine, which has ${there}. The local GitHub downloads none; to take another, rehearse with --without-tool actions/setup-node`,
    );
  call.output.warning(`Node.js ${own.version} stands in for ${wanted}, which is not on this machine`);
  return own;
}

function wantedVersion(call: ActionCall): string {
  const written = input(call, 'node-version');
  const file = input(call, 'node-version-file');
  if (written !== '' || file === '') return written;
  const path = resolve(call.places.workspace, file);
  if (!existsSync(path))
    throw new ActionFailure(`The specified node version file at: ${path} does not exist`);
  const text = readFileSync(path, 'utf8');
  if (!path.endsWith('.json'))
    return text
      .trim()
      .replace(/^nodejs\s+/u, '')
      .replace(/^v/u, '');
  const { volta, engines } = JSON.parse(text) as PackageFile;
  return volta?.node ?? engines?.node ?? '';
}

interface PackageFile {
  readonly volta?: { readonly node?: string };
  readonly engines?: { readonly node?: string };
}

/** By the major alone: which minor a machine has says little of a rehearsal. */
function matches(version: string, wanted: string): boolean {
  const major = Number(version.split('.')[0]);
  return wanted.split('||').some((one) => {
    const text = one.trim().replace(/^v/u, '');
    if (['latest', 'current', 'node', '*', ''].includes(text)) return true;
    if (text.startsWith('lts/')) return major % 2 === 0;
    const [, sign = '', number = ''] = /^([<>=^~]*)\s*(\d+)/u.exec(text) ?? [];
    if (number === '') return false;
    return sign.startsWith('>') ? major >= Number(number) : major === Number(number);
  });
}

/** The one that the cloud runs on, then those on PATH. */
async function nodesOfThisMachine(call: ActionCall): Promise<FoundNode[]> {
  const dirs = [dirname(call.services.node), ...(call.env['PATH'] ?? '').split(delimiter)].filter(
    (dir, index, all) => all.indexOf(dir) === index && isProgram(join(dir, 'node')),
  );
  const found: FoundNode[] = [];
  for (const dir of dirs) {
    let version = '';
    const onLine = (line: string): void => void (version ||= line.trim().replace(/^v/u, ''));
    const code = await call.exec(join(dir, 'node'), ['--version'], { onLine, shown: null });
    if (code === 0 && /^\d+\.\d+\.\d+/u.test(version)) found.push({ dir, version });
  }
  return found;
}

/** npm's settings for publishing, with the token by the name of a variable, as the action writes them. */
function writeRegistry(call: ActionCall): void {
  const url = new URL(input(call, 'registry-url'));
  const at = `//${url.host}${url.pathname.replace(/\/?$/u, '/')}`;
  const scope = input(call, 'scope').replace(/^@?(?=.)/u, '@');
  const file = join(call.places.temp, '.npmrc');
  const name = scope === '' ? 'registry' : `${scope}:registry`;
  appendFileSync(file, `${at}:_authToken=\${NODE_AUTH_TOKEN}\n${name}=${url.href}\n`);
  call.setEnv('NPM_CONFIG_USERCONFIG', file);
  call.setEnv('NODE_AUTH_TOKEN', call.env['NODE_AUTH_TOKEN'] ?? 'XXXXX-XXXXX-XXXXX-XXXXX');
}
