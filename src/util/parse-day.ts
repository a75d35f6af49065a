/** Midnight, UTC, at the beginning of a day as written, `2027-03-31`, in milliseconds since 1970; null for anything else. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The 30th of February is taken for the 2nd of March by some engines.
  return Number.isNaN(time) || !new Date(time).toISOString().startsWith(text) ? null : time;
}
