import type { ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import type { ResolvedCheck } from '../resolved.ts';
import { checkPlace } from './check-place.ts';
import { conflict, warning } from './conflict.ts';
import { globCovers, globsOverlap, isEverything } from './globs-overlap.ts';

/** Where Glidepath keeps its own state; reports are the exception. */
const OWN = ['.glidepath', '.git'];

const REPORTS = '.glidepath/reports';

/** Something that a check writes. */
interface Written {
  readonly check: ResolvedCheck;
  readonly setting: 'outputs' | 'leaves' | 'reports';
  readonly glob: string;
  readonly path: ConfigPath;
}

/** No check writes what another one writes, or what it reads itself: the cache could not tell whose it is. */
export function checkPathRules(project: ProjectDefinition): Mistake[] {
  const checks = resolveChecks(project);
  const written = checks.flatMap((check) => writtenBy(project, check));
  return [
    ...checks.flatMap((check) => inputMistakes(project, check)),
    ...written.flatMap(ownFiles),
    ...written.flatMap((one, index) => overlaps(one, written.slice(0, index), checks)),
  ];
}

function writtenBy(project: ProjectDefinition, check: ResolvedCheck): Written[] {
  const place = checkPlace(project, check.name);
  const isOwn = place[0] === 'ci';
  const list = (setting: 'outputs' | 'leaves', globs: readonly string[]): Written[] =>
    globs.map((glob, index) => ({
      check,
      setting,
      glob,
      path: isOwn
        ? [...place, ...(project.ci?.checks?.[check.name]?.[setting] === undefined ? [] : [setting, index])]
        : place,
    }));
  const reports = Object.entries(check.reports).flatMap(([kind, globs]) =>
    (globs as readonly string[]).map((glob, index): Written => ({
      check,
      setting: 'reports',
      glob,
      path: isOwn ? [...place, 'reports', kind, index] : place,
    })),
  );
  return [...list('outputs', check.outputs), ...list('leaves', check.leaves), ...reports].filter(
    ({ glob }) => !glob.startsWith('!'),
  );
}

/** Outputs are never inputs, so what is both would be no input at all. */
function inputMistakes(project: ProjectDefinition, check: ResolvedCheck): Mistake[] {
  const place = checkPlace(project, check.name);
  const outputs = writtenBy(project, check).filter(({ setting }) => setting !== 'reports');
  return outputs.flatMap(({ glob, path, setting }) => {
    const below = check.directory === '' ? glob : glob.replace(`${check.directory}/`, '');
    if (isEverything(glob) || isEverything(below)) {
      return [
        conflict(
          path,
          `is ${glob}, in which the sources lie too: what is written there is taken away when it is put back`,
          "Name only what it makes: outputs: ['dist'].",
        ),
      ];
    }
    const input = check.inputs.findIndex((each) => !each.startsWith('!') && globCovers(glob, each));
    if (input === -1) return [];
    const isWritten = project.ci?.checks?.[check.name]?.inputs !== undefined;
    return [
      conflict(
        isWritten ? [...place, 'inputs', input] : path,
        `is ${isWritten ? check.inputs[input] : glob}, which lies in the ${setting} ${glob} of the same check`,
        'What a check makes is never its input: take it out of one of the two.',
      ),
    ];
  });
}

function ownFiles({ glob, path }: Written): Mistake[] {
  const isOwn = OWN.some((folder) => glob === folder || glob.startsWith(`${folder}/`));
  if (!isOwn || glob.startsWith(`${REPORTS}/`)) return [];
  return [
    conflict(
      path,
      `is ${glob}, where git and Glidepath keep what is theirs`,
      `Write somewhere else; reports may lie in ${REPORTS}/.`,
    ),
  ];
}

function overlaps(one: Written, before: readonly Written[], checks: readonly ResolvedCheck[]): Mistake[] {
  const other = before.find(
    (each) =>
      each.check !== one.check &&
      globsOverlap(each.glob, one.glob) &&
      !isLeftOut(each, one) &&
      !isLeftOut(one, each),
  );
  if (other === undefined) return [];
  const says = `${isAtSetting(one) ? 'is' : 'writes'} ${one.glob}, which the check ${other.check.name} writes too (${other.setting} ${other.glob})`;
  if (one.setting === 'leaves' && other.setting === 'leaves') {
    // One after the other they only do the same thing again.
    if (waitsFor(checks, one.check, other.check) || waitsFor(checks, other.check, one.check)) return [];
    return [
      warning(
        one.path,
        says,
        `At the same time they spoil each other's: let one of them install, and the other need it.`,
      ),
    ];
  }
  return [conflict(one.path, says, 'Let each write to a place of its own, or make one check of the two.')];
}

/** Whether the path leads to the very glob, and not only to the check, of which it is a default. */
function isAtSetting({ path }: Written): boolean {
  return typeof path.at(-1) === 'number';
}

/** `outputs: ['.next', '!.next/cache']` leaves `.next/cache` to others. */
function isLeftOut(one: Written, other: Written): boolean {
  const globs: readonly string[] = one.setting === 'outputs' ? one.check.outputs : [];
  return globs.some((glob) => glob.startsWith('!') && globCovers(glob.slice(1), other.glob));
}

function waitsFor(checks: readonly ResolvedCheck[], one: ResolvedCheck, other: ResolvedCheck): boolean {
  const seen = new Set<string>();
  const open = [...one.needs];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === other.name) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(checks.find((check) => check.name === name)?.needs ?? []));
  }
  return false;
}
