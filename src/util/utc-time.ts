/** A moment for people, the same everywhere: `2026-11-21 13:00:12 UTC`. `at` in milliseconds since the Unix epoch. */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
