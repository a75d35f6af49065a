import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionFailure, input } from './known-action.ts';
import type { ActionCall } from './known-action.ts';

/** Of a checkout that wants its submodules. */
export interface SubmoduleOrder {
  /** The clone. */
  readonly path: string;
  /** 0: all of the history. */
  readonly depth: number;
  /** Without a slash at its end: `http://127.0.0.1:1234`. */
  readonly server: string;
  /** What git sends to it. */
  readonly header: string;
  readonly persists: boolean;
}

/** Whether a value of the input is one that the action knows; `recursive` takes those of submodules too. */
export function isSubmodulesInput(value: string): boolean {
  return ['', 'true', 'false', 'recursive'].includes(value.toLowerCase());
}

/**
 * Checks out the submodules as actions/checkout does: from anywhere, with its token where they are of the same server,
 * which addresses for SSH are turned into. Nothing is done where there are none. Throws an {@link ActionFailure}.
 */
export async function checkOutSubmodules(call: ActionCall, order: SubmoduleOrder): Promise<void> {
  const { path, depth, server, header, persists } = order;
  const wanted = input(call, 'submodules').toLowerCase();
  if (wanted === '' || wanted === 'false' || !existsSync(join(path, '.gitmodules'))) return;
  const recursive = wanted === 'recursive' ? ['--recursive'] : [];
  const settings = join(call.places.temp, 'submodules.gitconfig');
  writeFileSync(settings, settingsOf(call, server, header), { mode: 0o600 });
  const git = async (args: readonly string[], shown?: null): Promise<void> => {
    const code = await call.exec('git', args, {
      cwd: path,
      env: { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: settings },
      ...(shown === undefined ? {} : { shown }),
    });
    if (code !== 0) throw new ActionFailure(`The process 'git' failed with exit code ${code}`);
  };
  try {
    await git(['submodule', 'sync', ...recursive]);
    const shallow = depth === 0 ? [] : [`--depth=${depth}`];
    await git(['submodule', 'update', '--init', '--force', ...shallow, ...recursive]);
    const set = `git config --local 'http.${server}/.extraheader' '${header}'`;
    if (persists) await git(['submodule', '--quiet', 'foreach', ...recursive, set], null);
  } finally {
    rmSync(settings, { force: true });
  }
}

/** Submodules have settings of their own, so the token comes by those of the user, beside what a step has set there. */
function settingsOf(call: ActionCall, server: string, header: string): string {
  return `[include]
	path = ${join(call.places.home, '.gitconfig')}
[http "${server}/"]
	extraheader = ${header}
[url "${server}/"]
	insteadOf = git@${new URL(server).hostname}:
`;
}
