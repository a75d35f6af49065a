/** Why a server did not start, by the end of its log. */
export interface StartFailure {
  /** Begins with a colon, ends without a full stop; empty where the log does not say. */
  readonly reason: string;
  /** What helps; null where nothing is known that would. */
  readonly hint: string | null;
}

/** What Postgres says of the directory of another major version (src/backend/utils/init/miscinit.c, ValidatePgVersion). */
const OTHER_VERSION =
  /initialized by PostgreSQL version (\S+), which is not compatible with this version (\d+)/;

/** Reads the log of a server that ended before it let anybody in. */
export function startFailure(log: string): StartFailure {
  const [, made, here] = OTHER_VERSION.exec(log) ?? [];
  if (made !== undefined)
    return {
      reason: `: its data were made by Postgres ${made}, and this version of Glidepath brings ${here}`,
      hint: 'Go on with the Glidepath that made them, or empty the local cloud: glidepath cloud reset',
    };
  const said = log
    .split('\n')
    .flatMap((line) => /(?:FATAL|PANIC):\s+(.+)$/.exec(line)?.[1] ?? [])
    .at(-1);
  return { reason: said === undefined ? '' : `: ${said.trim().replace(/\.$/, '')}`, hint: null };
}
