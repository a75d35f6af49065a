/**
 * Compares versions of Debian as dpkg does (Debian Policy 5.6.12): epoch, then the upstream version, then the revision, each
 * by turns as text and as number. `~` sorts before everything, even the end. Below 0, 0, or above 0.
 */
export function compareDpkg(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)];
  return (
    first.epoch - second.epoch ||
    compareText(first.upstream, second.upstream) ||
    compareText(first.revision, second.revision)
  );
}

function partsOf(version: string): { epoch: number; upstream: string; revision: string } {
  const text = version.trim();
  const colon = text.indexOf(':');
  const rest = colon < 0 ? text : text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(text.slice(0, colon)) || 0,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** By turns what is no digit, character by character, and what is one, as a number of any length. */
function compareText(one: string, other: string): number {
  let [first, second] = [one, other];
  while (first !== '' || second !== '') {
    const texts = [first, second].map((text) => /^\D*/.exec(text)?.[0] ?? '');
    const order = compareLetters(texts[0] ?? '', texts[1] ?? '');
    if (order !== 0) return order;
    [first, second] = [first.slice(texts[0]?.length), second.slice(texts[1]?.length)];
    const numbers = [first, second].map((text) => /^\d*/.exec(text)?.[0] ?? '');
    const difference = compareNumbers(numbers[0] ?? '', numbers[1] ?? '');
    if (difference !== 0) return difference;
    [first, second] = [first.slice(numbers[0]?.length), second.slice(numbers[1]?.length)];
  }
  return 0;
}

function compareLetters(one: string, other: string): number {
  for (let at = 0; at < one.length || at < other.length; at++) {
    const order = rank(one[at]) - rank(other[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Tilde, the end, letters, everything else. */
function rank(char: string | undefined): number {
  if (char === undefined) return 0;
  if (char === '~') return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}

/** Whole numbers in digits; nothing is 0. */
function compareNumbers(one: string, other: string): number {
  const [first, second] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  if (first.length !== second.length) return first.length - second.length;
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
