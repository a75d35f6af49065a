import { sourcePath, type SourceRoot } from '../source-path.ts';

/** Places in a stack that are looked at: the ones of the project are near its top. */
const PLACES_MAX = 40;

/** `(file:///app/test/a.test.ts:2:107)`, `❯ a.test.ts:2:128`, `test/a_test.exs:12: (test)`, `tests/test_a.py:4: …`. */
const PLACE = /(?<![\w@./\\+-])((?:file:\/\/)?(?:[A-Za-z]:)?[\w@./\\+-]{0,500}[\w-]\.\w{1,5}):(\d{1,7})/g;

/**
 * Where a failure happened, by its text: the first place in the file of the test; without a file, the first place in the
 * project that is not in a dependency. Null where it names none.
 */
export function lineIn(
  text: string,
  file: string | null,
  place: SourceRoot,
): { readonly path: string; readonly line: number } | null {
  let looked = 0;
  for (const [, written = '', line = ''] of text.matchAll(PLACE)) {
    if (++looked > PLACES_MAX) break;
    if (/(^|\/)(node_modules|deps)\//.test(written)) continue;
    const path = sourcePath(written, place);
    if (path === null || (file === null ? !place.exists(path) : path !== file)) continue;
    if (Number(line) > 0) return { path, line: Number(line) };
  }
  // oxlint and ESLint name the file elsewhere: `line 2, column 5, …`.
  const line = Number(/^\s*line (\d+), col/.exec(text)?.[1] ?? 0);
  return file !== null && line > 0 ? { path: file, line } : null;
}
