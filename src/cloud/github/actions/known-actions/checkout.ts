import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { checkOutSubmodules, isSubmodulesInput } from './check-out-submodules.ts';
import { ActionFailure, booleanInput, input } from './known-action.ts';
import type { ActionCall, ActionEnd, KnownAction } from './known-action.ts';

/** Inputs that ask for what is not carried out, with the value that asks for nothing. */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'ssh-key': [''],
  lfs: ['', 'false'],
  'sparse-checkout': [''],
  filter: [''],
};

/** actions/checkout v4 to v7, by a real fetch. */
export const checkout: KnownAction = {
  versions: {
    newest: 'v7.0.1',
    commits: ['3d3c42e5aac5ba805825da76410c181273ba90b1', 'de0fac2e4500dabe0009e67214ff5f5447ce83dd'],
  },
  inputs: {
    repository: {},
    ref: {},
    token: {},
    'ssh-key': {},
    'ssh-known-hosts': {},
    'ssh-strict': { default: 'true' },
    'ssh-user': { default: 'git' },
    'persist-credentials': { default: 'true' },
    path: {},
    clean: { default: 'true' },
    filter: {},
    'sparse-checkout': {},
    'sparse-checkout-cone-mode': { default: 'true' },
    'fetch-depth': { default: '1' },
    'fetch-tags': { default: 'false' },
    'show-progress': { default: 'true' },
    lfs: { default: 'false' },
    submodules: { default: 'false' },
    'set-safe-directory': { default: 'true' },
    'github-server-url': {},
    'allow-unsafe-pr-checkout': { default: 'false' },
  },
  refuses(written) {
    const asked = Object.entries(NOT_HERE).find(
      ([name, allowed]) => written[name] !== undefined && !allowed.includes(written[name]),
    );
    if (asked !== undefined) return `input ${asked[0]}`;
    const { submodules = '' } = written;
    return isSubmodulesInput(submodules) ? null : `input submodules: ${submodules}`;
  },
  run: checkOut,
};

async function checkOut(call: ActionCall): Promise<ActionEnd> {
  const { workspace } = call.places;
  const path = resolve(workspace, input(call, 'path'));
  if (relative(workspace, path).startsWith('..'))
    throw new ActionFailure(`Repository path '${path}' is not under '${workspace}'`);
  const repository = input(call, 'repository') || (call.github['repository'] ?? '');
  if (!/^[^/\s]+\/[^/\s]+$/u.test(repository))
    throw new ActionFailure(`Invalid repository '${repository}'. Expected format {owner}/{repo}.`);
  const depth = Number(input(call, 'fetch-depth'));
  if (!Number.isInteger(depth) || depth < 0)
    throw new ActionFailure(`fetch-depth must be a number, not ${input(call, 'fetch-depth')}`);
  refuseUntrusted(call, repository);
  if (existsSync(path))
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
  const server = (input(call, 'github-server-url') || (call.github['server_url'] ?? '')).replace(/\/$/u, '');
  call.output.say(`Syncing repository: ${repository}`);
  const git = gitIn(call, path);
  await git(['init', '--quiet', '--initial-branch=main', path], { cwd: workspace });
  await git(['remote', 'add', 'origin', `${server}/${repository}`]);
  await git(['config', '--local', 'gc.auto', '0']);
  const credentials = `http.${server}/.extraheader`;
  const basic = Buffer.from(`x-access-token:${input(call, 'token') || call.token}`).toString('base64');
  call.mask(basic);
  const header = `AUTHORIZATION: basic ${basic}`;
  await git(['config', '--local', credentials, header], { shown: null });
  const wanted = await wantedRef({ call, repository, git });
  const all = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  const fetch = (refspecs: readonly string[], more: readonly string[]): Promise<string> =>
    git([
      '-c',
      'protocol.version=2',
      'fetch',
      ...more,
      '--quiet',
      '--no-recurse-submodules',
      '--no-tags',
      ...(depth === 0 ? [] : [`--depth=${depth}`]),
      'origin',
      ...refspecs,
    ]);
  const tags = booleanInput(call, 'fetch-tags') ? all.slice(1) : [];
  // The branch may have moved on since the event: its commit is then fetched over what all branches brought, which git
  // refuses in one go.
  if (depth === 0) await fetch(all, ['--prune']);
  await fetch([...(depth === 0 ? [] : tags), wanted.refspec], depth === 0 ? [] : ['--prune']);
  await git(['checkout', '--force', '--quiet', ...wanted.checkout]);
  const commit = (await git(['rev-parse', 'HEAD'], { shown: null })).trim();
  call.output.say(`HEAD is now at ${commit}`);
  const persists = booleanInput(call, 'persist-credentials');
  await checkOutSubmodules(call, { path, depth, server, header, persists });
  const forget = ['config', '--local', '--unset-all', credentials];
  if (!persists) await git(forget);
  return {
    outputs: { ref: wanted.ref, commit },
    async post(later) {
      if (!existsSync(join(path, '.git'))) return;
      await later.exec('git', forget, { cwd: path, shown: null, onLine: () => undefined });
    },
  };
}

type Git = (args: readonly string[], options?: { cwd?: string; shown?: null }) => Promise<string>;

/** git in the clone; throws what it said when it fails. */
function gitIn(call: ActionCall, path: string): Git {
  return async (args, { cwd = path, shown } = {}) => {
    const lines: string[] = [];
    const code = await call.exec('git', args, {
      cwd,
      env: { GIT_TERMINAL_PROMPT: '0' },
      onLine: (line) => lines.push(line),
      ...(shown === undefined ? {} : { shown }),
    });
    if (code === 0) return lines.join('\n');
    for (const line of lines) call.output.say(line);
    throw new ActionFailure(`The process 'git' failed with exit code ${code}`);
  };
}

/** What is fetched, what is checked out of it, and what the output `ref` says. */
interface WantedRef {
  readonly refspec: string;
  readonly checkout: readonly string[];
  readonly ref: string;
}

async function wantedRef(on: { call: ActionCall; repository: string; git: Git }): Promise<WantedRef> {
  const { call, repository, git } = on;
  const asked = input(call, 'ref');
  const own = call.github['repository'] ?? '';
  if (asked === '' && repository.toLowerCase() === own.toLowerCase())
    return placeOf(call.github['ref'] ?? '', call.github['sha'] ?? '');
  if (/^[0-9a-f]{40}$/iu.test(asked)) return { refspec: `+${asked}`, checkout: ['--detach', asked], ref: '' };
  if (asked.startsWith('refs/')) return placeOf(asked, '');
  const listed = await git([
    'ls-remote',
    '--symref',
    'origin',
    'HEAD',
    `refs/heads/${asked}`,
    `refs/tags/${asked}`,
  ]);
  if (asked === '') {
    const head = /^ref: (\S+)\s+HEAD$/mu.exec(listed)?.[1];
    if (head !== undefined) return placeOf(head, '');
    throw new ActionFailure(`${repository} has no default branch`);
  }
  const found = [`refs/heads/${asked}`, `refs/tags/${asked}`].find((ref) =>
    listed.split('\n').some((line) => line.endsWith(`\t${ref}`)),
  );
  if (found !== undefined) return placeOf(found, '');
  throw new ActionFailure(`A branch or tag with the name '${asked}' could not be found`);
}

/** A commit is fetched by its id where one is known, so that a ref that has moved on changes nothing. */
function placeOf(ref: string, sha: string): WantedRef {
  const source = sha === '' ? ref : sha;
  const branch = /^refs\/heads\/(.+)$/u.exec(ref)?.[1];
  if (branch !== undefined) {
    const remote = `refs/remotes/origin/${branch}`;
    return { refspec: `+${source}:${remote}`, checkout: ['-B', branch, remote], ref };
  }
  // An annotated tag is more than its commit.
  if (ref.startsWith('refs/tags/'))
    return { refspec: `+${ref}:${ref}`, checkout: ['--detach', sha || ref], ref };
  if (ref.startsWith('refs/pull/')) {
    const remote = ref.replace('refs/', 'refs/remotes/');
    return { refspec: `+${source}:${remote}`, checkout: ['--detach', remote], ref };
  }
  return { refspec: `+${source}`, checkout: ['--detach', sha === '' ? 'FETCH_HEAD' : sha], ref };
}

/** Events that run with secrets although a stranger's commit caused them. */
const PRIVILEGED: ReadonlySet<string> = new Set(['pull_request_target', 'workflow_run']);

/** As of v7: the code of a fork is not brought to where the secrets are, unless that was said. */
function refuseUntrusted(call: ActionCall, repository: string): void {
  if (!PRIVILEGED.has(call.github['event_name'] ?? '') || booleanInput(call, 'allow-unsafe-pr-checkout'))
    return;
  const event = JSON.parse(readFileSync(call.places.eventFile, 'utf8')) as EventOfHead;
  const head = event.pull_request?.head ?? {
    sha: event.workflow_run?.head_sha,
    repo: event.workflow_run?.head_repository,
  };
  const fork = head.repo?.full_name ?? '';
  const own = call.github['repository'] ?? '';
  if (fork === own) return;
  const ref = input(call, 'ref');
  if (ref.startsWith('refs/pull/') || (ref !== '' && ref === head.sha) || repository === fork)
    throw new ActionFailure(
      `Refusing to check out the code of a pull request from ${fork === '' ? 'a fork' : fork} under ${call.github['event_name']}; allow-unsafe-pr-checkout: true allows it`,
    );
}

interface EventOfHead {
  readonly pull_request?: {
    readonly head?: { readonly sha?: string; readonly repo?: { readonly full_name?: string } };
  };
  readonly workflow_run?: {
    readonly head_sha?: string;
    readonly head_repository?: { readonly full_name?: string };
  };
}
