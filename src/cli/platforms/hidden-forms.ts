/** What XML writes for a character, where it has a name for it; some reporters escape twice. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;amp;', '&amp;'],
  '<': ['&amp;lt;', '&lt;'],
  '>': ['&amp;gt;', '&gt;'],
  '"': ['&amp;quot;', '&quot;'],
  "'": ['&amp;apos;', '&apos;'],
};
/** What no encoding but base64 touches. */
const PLAIN = /^[A-Za-z0-9_-]$/u;
/** Base64 is hidden as far as it does not depend on what stands beside the value; a shorter piece says nothing. */
const BASE64_MIN = 8;

/**
 * A pattern that finds any of these values, as they are and as XML, JSON, URLs and base64 write them, in any mixture:
 * how much is escaped differs from one test reporter to the next. Null for no values.
 */
export function hiddenPattern(values: Iterable<string>): RegExp | null {
  // A value may contain another.
  const longestFirst = [...values].toSorted((one, other) => other.length - one.length);
  if (longestFirst.length === 0) return null;
  const encoded = longestFirst.flatMap(base64Forms).toSorted((one, other) => other.length - one.length);
  return new RegExp([...longestFirst.map(anyForm), ...encoded.map(literally)].join('|'), 'gu');
}

function anyForm(value: string): string {
  return Array.from(value)
    .map((character) =>
      PLAIN.test(character) ? character : `(?:${formsOf(character).map(literally).join('|')})`,
    )
    .join('');
}

/** The longest first, so that of `&amp;` nothing is left over. */
function formsOf(character: string): readonly string[] {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const units = [...Array(character.length).keys()].map((at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  );
  const json = JSON.stringify(character).slice(1, -1);
  const percent = percentOf(character);
  const forms = [
    ...(NAMED[character] ?? []),
    `&#${code};`,
    `&#x${hex};`,
    `&#x${hex.toUpperCase()};`,
    units.map((unit) => `\\u${unit}`).join(''),
    units.map((unit) => `\\u${unit.toUpperCase()}`).join(''),
    json,
    `\\${character}`,
    percent,
    percent.toLowerCase(),
    ...(character === ' ' ? ['+'] : []),
    character,
  ];
  return [...new Set(forms)].toSorted((one, other) => other.length - one.length);
}

function percentOf(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** As base64 may write it at each of the three places it can begin, without what its neighbours have a part in. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = shift === 0 ? 0 : shift + 1;
    const whole = encoded.slice(first, Math.floor(((shift + bytes.length) * 8) / 6));
    const forms = [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
    return [...new Set(forms)].filter((form) => form.length >= BASE64_MIN);
  });
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
}
