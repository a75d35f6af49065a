import { parseDuration } from '../../config/resolve/parse-duration.ts';

/** How long ago people ask for, the longest first. */
const AGO = ['15m', '5m', '1m', '10s'];

/** A moment that `--to` takes now, as it is written there. `from` and `now` in milliseconds since the Unix epoch. */
export function exampleMoment(past: {
  readonly from: number;
  readonly now: number;
  /** Whether a restore has taken the moment out of the history. */
  readonly isHidden: (at: number) => boolean;
}): string {
  const fits = (ago: string): boolean => {
    const at = past.now - (parseDuration(ago) ?? 0);
    return at >= past.from && !past.isHidden(at);
  };
  return AGO.find(fits) ?? '<time>';
}
