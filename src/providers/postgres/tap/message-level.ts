/** From the least to the gravest; DEBUG1 to DEBUG5 are one. INFO is shown to every client, whatever it asked for. */
const RANKS: Readonly<Record<string, number>> = {
  DEBUG: 0,
  LOG: 1,
  NOTICE: 2,
  WARNING: 3,
  INFO: 9,
  ERROR: 9,
  FATAL: 9,
  PANIC: 9,
};

/** What a client gets that asked for nothing else. */
export const DEFAULT_LEVEL = 'NOTICE';

/** How grave a message is; unknown ones are shown. */
export function severityRank(severity: string): number {
  return RANKS[severity.toUpperCase().replace(/\d$/, '')] ?? RANKS['INFO'] ?? 0;
}

/** The level that a statement sets `client_min_messages` to; null when it does not. */
export function levelSetBy(sql: string): string | null {
  const match = /\bclient_min_messages\b['"]?\s*(?:=|to\b|,)\s*['"]?(\w+)/i.exec(sql);
  return match === null ? null : (match[1] ?? '').toUpperCase();
}
