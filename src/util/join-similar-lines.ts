/** More of one kind than this is noise. */
const SIMILAR_MAX = 2;

/**
 * Lines of a machine's log that differ in numbers, ids and times only become one with their count, where the last of them
 * stood: health checks and retries repeat themselves for minutes. Not for what a tool prints about files and values, where
 * the numbers are what it says.
 */
export function joinSimilarLines(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(kindOf(line), (counts.get(kindOf(line)) ?? 0) + 1);
  const seen = new Map<string, number>();
  return lines.flatMap((line) => {
    const kind = kindOf(line);
    const count = counts.get(kind) ?? 1;
    const nth = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, nth);
    // Empty lines set others apart, and repeat nothing.
    if (count <= SIMILAR_MAX || line.trim() === '') return [line];
    return nth === count ? [`${line}  (${count} times)`] : [];
  });
}

function kindOf(line: string): string {
  return line.replaceAll(/\b[0-9a-f]{8,}\b|\d+/gi, '#');
}
