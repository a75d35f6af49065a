const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a duration as Go writes it, `1m30s` or `1.5h`; a whole number counts in `unitMs`. Null for anything
 * else, and for what is not whole milliseconds.
 */
export function parseFlyDuration(value: string | number, unitMs: number): number | null {
  if (typeof value === 'number') return value >= 0 ? value * unitMs : null;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) return value === '0' ? 0 : null;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  return Number.isInteger(ms) ? ms : null;
}

/** A duration in its largest whole unit up to minutes, as both Go and the config read it: `5m`, `90s`, `1500ms`. */
export function flyDuration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
