import { spawn as nodeSpawn } from 'node:child_process';
import type { Spawn } from '../../util/run-process.ts';
import { runGit } from './run-git.ts';

/** Where a clone is from, in parts. Whatever login stands in the address is left out. */
export interface RemoteRepository {
  readonly host: string;
  /** `owner/name`. */
  readonly name: string;
}

/** The remote `origin` of a repository; null where it has none, or one of another form. */
export async function remoteRepository(
  root: string,
  spawn: Spawn = nodeSpawn,
): Promise<RemoteRepository | null> {
  const { code, stdout } = await runGit(spawn, root, ['remote', 'get-url', 'origin']);
  return code === 0 ? parseRemote(stdout.trim()) : null;
}

/** `git@host:owner/name.git`, or a URL that ends in `/owner/name`. */
export function parseRemote(address: string): RemoteRepository | null {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(address);
  if (scp?.[1] !== undefined && scp[2] !== undefined) return { host: scp[1], name: scp[2] };
  const url = URL.parse(address);
  const name = /^\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url?.pathname ?? '')?.[1];
  return url === null || url.host === '' || name === undefined ? null : { host: url.host, name };
}
