import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Finding } from '../../reports/finding.ts';
import type { DockerfileContext } from '../../security/dockerfile/docker-rule.ts';
import { lintDockerfile } from '../../security/dockerfile/lint-dockerfile.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { finishSecurity } from '../security/finish-security.ts';
import { openSecurity, type SecurityWork, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';

/** `glidepath security dockerfile [FILE…]`: what is unsafe or wasteful in Dockerfiles. */
export async function securityDockerfile(
  context: CommandContext,
  named: readonly string[],
  typed: TypedSecurityOptions,
): Promise<ExitCode> {
  const work = await openSecurity(context);
  const files =
    named.length === 0 ? work.paths.filter(isDockerfile) : named.map((name) => pathOf(work, name));
  return finishSecurity(work, typed, {
    command: 'security dockerfile',
    findings: files.flatMap((path) => lintOne(work, path)),
    looked: counted(files.length, 'Dockerfile'),
    tools: ['dockerfile'],
    skipped: [],
    notes: files.length === 0 ? ['There is no Dockerfile here.'] : [],
    // Named files say nothing of the others.
    concerns: (id) => named.length === 0 && id.startsWith('docker-'),
  });
}

/** `Dockerfile`, `Dockerfile.worker`, `api.Dockerfile`, `Containerfile`; not what tests are given. */
function isDockerfile(path: string): boolean {
  const name = path.split('/').at(-1) ?? '';
  return (
    /^((Docker|Container)file(\..+)?|.+\.(docker|container)file)$/i.test(name) &&
    !/\.(dockerignore|md|ts|js)$/.test(name) &&
    !/(^|\/)(node_modules|deps|fixtures|vendor)\//.test(path)
  );
}

function pathOf({ context, root }: SecurityWork, name: string): string {
  const file = resolve(context.cwd, name);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new ToolError('CLI_USAGE', `There is no file ${name}.`, {
      hint: 'Name Dockerfiles, or nothing for all of the project: glidepath security dockerfile',
    });
  return relative(root, file).split('\\').join('/');
}

function lintOne({ root, paths }: SecurityWork, path: string): readonly Finding[] {
  return lintDockerfile(path, readFileSync(join(root, path), 'utf8'), contextOf(root, paths, path));
}

/** The build context is the root, as Fly has it, unless only beside the Dockerfile there is a .dockerignore. */
function contextOf(root: string, paths: readonly string[], path: string): DockerfileContext {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  // BuildKit takes `<Dockerfile>.dockerignore` first.
  const own = [`${path}.dockerignore`, '.dockerignore', join(folder, '.dockerignore')].find((file) =>
    existsSync(join(root, file)),
  );
  const isBeside = own !== undefined && own === join(folder, '.dockerignore') && folder !== '';
  return {
    dockerignore: own === undefined ? null : readFileSync(join(root, own), 'utf8'),
    files: isBeside
      ? paths.filter((each) => each.startsWith(`${folder}/`)).map((each) => each.slice(folder.length + 1))
      : paths,
  };
}
