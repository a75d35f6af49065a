/** A place in a file, both from 1, the column in characters. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Lines and columns of the indexes of a text. */
export function textPlaces(text: string): (index: number) => TextPlace {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (index) => {
    const line = lastUpTo(starts, Math.min(index, text.length));
    const before = text.slice(starts[line] ?? 0, index);
    return { line: line + 1, column: Array.from(before).length + 1 };
  };
}

function lastUpTo(starts: readonly number[], index: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}
