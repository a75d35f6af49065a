/**
 * A picture over the last one, which had `drawn` lines: up, each line written over and its rest erased, then what is
 * left below. Nothing flickers.
 */
export function overwrite(frame: string, drawn: number): string {
  const up = drawn === 0 ? '' : `\u001B[${drawn}A`;
  return `${up}${frame.replaceAll('\n', '\u001B[K\n')}\u001B[0J`;
}
