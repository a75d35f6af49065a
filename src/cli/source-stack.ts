import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const BUILT_PLACE = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/**
 * The stack of an error with places in the sources where the build left a map beside the built file. Node could do the
 * same, but then it would have to read the maps at every start.
 */
export function sourceStack(error: Error): string {
  return (error.stack ?? error.message).replaceAll(
    BUILT_PLACE,
    (place, url: string, line: string, column: string) =>
      sourcePlace(url, Number(line), Number(column)) ?? place,
  );
}

function sourcePlace(url: string, line: number, column: number): string | null {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
    const origin = map.findOrigin(line, column);
    if (!('fileName' in origin)) return null;
    return `${new URL(origin.fileName, url).href}:${origin.lineNumber}:${origin.columnNumber}`;
  } catch {
    // A trace with places in the built files is still a trace.
    return null;
  }
}
