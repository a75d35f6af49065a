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

/** The level that a text sets `client_min_messages` to: a statement, or options of a session; null when it does not. */
export function levelSetBy(text: string): string | null {
  if (/\breset\s+(?:all|client_min_messages)\b|\bdiscard\s+all\b/i.test(text)) return DEFAULT_LEVEL;
  const match = /\bclient_min_messages\b['"]?\s*(?:=|to\b|,)\s*['"]?(\w+)/i.exec(text);
  if (match === null) return null;
  const level = (match[1] ?? '').toUpperCase();
  return level === 'DEFAULT' ? DEFAULT_LEVEL : level;
}
