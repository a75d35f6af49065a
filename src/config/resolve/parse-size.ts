const UNIT_BYTES: Readonly<Record<string, number>> = { mb: 1e6, gb: 1e9, tb: 1e12 };

/** Bytes of a size on disk as written: `'500mb'`, `'5gb'`, in small or capital letters. Null for anything else, and for zero. */
export function parseSize(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6})(mb|gb|tb)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (UNIT_BYTES[unit?.toLowerCase() ?? ''] ?? 0);
  return bytes > 0 ? bytes : null;
}
