import { matchesGlob } from '../../checks/matches-glob.ts';
import { selectChecks, type CheckPlan, type CheckSelection } from '../../checks/select-checks.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { TypedCiOptions } from './typed-ci.ts';

/** Which checks run, of those that were asked for. Throws CHECK_UNKNOWN and SOURCE_UNKNOWN_REF. */
export async function planChecks(
  { project, root }: { readonly project: ResolvedProject; readonly root: string },
  { only, isFast, since }: Pick<TypedCiOptions, 'only' | 'isFast' | 'since'>,
): Promise<CheckPlan> {
  const touched = since === null ? null : await touchedSince(project, root, since);
  return selectChecks(project.checks, { only, isFast, touched });
}

/** What differs from where HEAD left the ref, with what is not committed yet. */
async function touchedSince(
  project: ResolvedProject,
  root: string,
  ref: string,
): Promise<NonNullable<CheckSelection['touched']> | null> {
  const [{ createGitSource }, { touchedChecks }] = await Promise.all([
    import('../../providers/git/git-source.ts'),
    import('../../checks/touched-checks.ts'),
  ]);
  const source = createGitSource({ root });
  const base = await source.mergeBase(await source.resolveRef(ref), 'HEAD');
  // Nothing in common: whatever lies here may differ.
  if (base === null) return null;
  const changed = [...(await source.changedFiles(base, 'HEAD')), ...(await source.uncommittedFiles())];
  // Patterns of ci.skip are relative to the repository, those of checks to the directory of the config file.
  const counting = changed.filter((path) => !project.ciSkip.some((pattern) => matchesGlob(pattern, path)));
  const prefix = await source.prefix();
  const paths = counting.flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
  const isSkipped = changed.length > 0 && counting.length === 0;
  const otherwise = isSkipped
    ? `only ci.skip files changed since ${ref}`
    : `unaffected by changes since ${ref}`;
  return { names: touchedChecks(project.checks, paths), otherwise };
}
