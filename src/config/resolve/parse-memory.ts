/** Megabytes of a memory size as written: `'512mb'`, `'1gb'`, in small or capital letters. Null for anything else. */
export function parseMemory(text: string): number | null {
  const match = /^(\d{1,6})(mb|gb)$/i.exec(text);
  if (match === null) return null;
  const megabytes = Number(match[1]) * (match[2]?.toLowerCase() === 'gb' ? 1024 : 1);
  return megabytes === 0 ? null : megabytes;
}
