const TAB = '    ';

/** What cannot be seen or would move the cursor: control characters, marks of direction, zero-width ones. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** A line of somebody's file as a terminal may have it: tabs as four columns, what cannot be seen as `·`. */
export function visibleText(text: string): string {
  return text.replaceAll('\t', TAB).replaceAll(UNSEEN, '·');
}

/** Of East Asian scripts and of pictures, which take two columns (Unicode, UAX #11). */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** The columns that a text takes on a terminal. */
export function visibleColumns(text: string): number {
  let columns = 0;
  for (const character of visibleText(text)) {
    if (/\p{M}/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}
