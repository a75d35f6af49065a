import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { HistoryEntry } from '../history.ts';
import { restoreCommand } from '../restore-points.ts';

/** A release that a rollback goes back over, and how far that may be done. */
export interface CrossedRelease {
  readonly entry: HistoryEntry;
  /** Null: it was never tried. */
  readonly verdict: Verdict | null;
  /** The sentence that decides; null where there is none. */
  readonly reason: string | null;
}

/**
 * Every release whose migrations stand between what is live and a release to go back to, newest first. `entries`: of the
 * environment, newest first. A rollback migrates nothing, and neither does a release with the files of the one before.
 * Where the data were brought back to before a release, its migrations are not in them any more: `ran` says of a moment,
 * in milliseconds since the Unix epoch, whether what ran then ran on the data that are there now.
 */
export function crossedReleases(
  entries: readonly HistoryEntry[],
  target: string,
  ran: (database: string, at: number) => boolean = () => true,
): readonly CrossedRelease[] {
  const deployed = entries.filter(({ action }) => action === 'deploy' || action === 'promote');
  const at = deployed.findIndex(({ release }) => release.id === target);
  return deployed.slice(0, at === -1 ? deployed.length : at).flatMap((entry, index) => {
    const verdict = verdictOfEntry(entry, deployed[index + 1] ?? null);
    if (verdict === 'safe' && entry.back === null) return [];
    if (entry.back?.databases.some(({ database }) => ran(database, migratedAt(entry, database))) === false)
      return [];
    const deciding = entry.back?.databases.find((each) => each.verdict === verdict);
    return [{ entry, verdict, reason: deciding?.reasons[0] ?? null }];
  });
}

/** Right after the state before the migration was kept; where it was not, when the release was live. */
function migratedAt({ at, restorePoints }: HistoryEntry, database: string): number {
  const point = restorePoints.find((each) => each.database === database);
  return point === undefined ? at : point.at + 1;
}

/** The verdict of one line of the history; null where it is not known. `before`: the deployment before it. */
export function verdictOfEntry(
  { back, migrations, action }: HistoryEntry,
  before: Pick<HistoryEntry, 'migrations'> | null,
): Verdict | null {
  if (action === 'rollback') return null;
  if (back !== null) return back.verdict;
  const isSame =
    migrations !== null &&
    before !== null &&
    before.migrations !== null &&
    JSON.stringify(migrations) === JSON.stringify(before.migrations);
  return isSame ? 'safe' : null;
}

/** A rollback that somebody asks for. */
export interface AskedWayBack {
  readonly environment: string;
  readonly target: string;
  readonly crossed: readonly CrossedRelease[];
  /** Releases that may be gone back over although they are forward only: exactly those. */
  readonly across: readonly string[];
  readonly hasOneDatabase: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Refuses to go back over a release that is forward only, unless it is named; returns what is to be known, a sentence
 * each. Throws ROLLBACK_FORWARD_ONLY, or CLI_USAGE where another release is named than those that are in the way.
 */
export function requireWayBack(asked: AskedWayBack): readonly string[] {
  const { crossed, across, environment, target } = asked;
  const forwardOnly = crossed.filter(({ verdict }) => verdict === 'forward-only');
  const inTheWay = new Set(forwardOnly.map(({ entry }) => entry.release.id));
  const stranger = across.find((id) => !inTheWay.has(id));
  if (stranger !== undefined)
    throw new ToolError(
      'CLI_USAGE',
      `${stranger} is not a forward-only release between ${environment} and ${target}.`,
      {
        hint:
          inTheWay.size === 0
            ? 'No forward-only release is in the way: omit --across-forward-only.'
            : `Name the ones that are: --across-forward-only ${[...inTheWay].join(' ')}`,
      },
    );
  const refused = forwardOnly.filter(({ entry }) => !across.includes(entry.release.id));
  if (refused.length > 0) throw refusal(asked, refused, [...inTheWay]);
  return crossed.flatMap(noteOf);
}

function noteOf({ entry, verdict, reason }: CrossedRelease): string[] {
  const { id } = entry.release;
  const why = reason === null ? '' : ` ${reason}`;
  switch (verdict) {
    case 'safe':
      return [];
    case 'code-only':
      return [
        `${id} is code only: its migrations stay, and the release before it may notice their effects.${why}`,
      ];
    case 'forward-only':
      return [`${id} is forward only; the rollback passes it because you named it.${why}`];
    case 'unknown':
      return [`Unknown: whether the release before ${id} works with the current schema.${why}`];
    case null:
      // What never ran a migration says nothing to the release before it.
      if (entry.migrations === null && entry.restorePoints.length === 0) return [];
      return [`Not tested: whether the release before ${id} works with the current schema.`];
    default:
      return verdict satisfies never;
  }
}

function refusal(
  { environment, target, hasOneDatabase, now }: AskedWayBack,
  refused: readonly CrossedRelease[],
  inTheWay: readonly string[],
): ToolError {
  const names = refused.map(({ entry }) => entry.release.id).join(', ');
  const points = refused
    .flatMap(({ entry }) => entry.restorePoints)
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const restores = points.map((point) => restoreCommand(environment, point, hasOneDatabase));
  const anyway = `glidepath rollback ${environment} --to ${target} --across-forward-only ${inTheWay.join(' ')}`;
  return new ToolError(
    'ROLLBACK_FORWARD_ONLY',
    `${environment} cannot be rolled back to ${target}: ${names} ${refused.length === 1 ? 'is' : 'are'} forward only. ${refused[0]?.reason ?? ''}`.trim(),
    {
      hint: [
        'Fix forward: deploy a commit on top of the live one.',
        // The newest first: one after the other they lead to the data of before.
        ...restores.map((command) => `To restore the data from before ${names}: ${command}`),
        `To roll back anyway: ${anyway}`,
      ].join('\n'),
      output: refused.flatMap(({ entry }) =>
        (entry.back?.databases ?? []).flatMap(({ database, reasons }) =>
          reasons.map((reason) => `${entry.release.id}, ${database}: ${reason}`),
        ),
      ),
    },
  );
}
