/** What a version is made of, in the order in which they may follow each other. */
const KINDS = [
  'digits',
  'more-digits',
  'letter',
  'suffix',
  'suffix-number',
  'commit',
  'revision',
  'end',
] as const;

interface Part {
  readonly kind: (typeof KINDS)[number];
  readonly text: string;
}

/** Before the release, then after it, each in the order in which it counts. */
const BEFORE = ['alpha', 'beta', 'pre', 'rc'];
const SUFFIXES = [...BEFORE, 'cvs', 'svn', 'git', 'hg', 'p'];

/**
 * Compares versions of Alpine as apk does (apk-package(5)): digits with dots, a letter, suffixes such as `_rc1`, a commit,
 * `-r3`. Below 0, 0, or above 0.
 */
export function compareApk(one: string, other: string): number {
  const [first, second] = [partsOf(one), partsOf(other)];
  for (let at = 0; ; at++) {
    const [mine, theirs] = [first[at] ?? END, second[at] ?? END];
    if (mine.kind !== theirs.kind) return compareKinds(mine, theirs);
    if (mine.kind === 'end') return 0;
    const order = compareParts(mine, theirs);
    if (order !== 0) return order;
  }
}

const END: Part = { kind: 'end', text: '' };

function partsOf(version: string): readonly Part[] {
  const parts: Part[] = [];
  let rest = version.trim();
  const take = (kind: Part['kind'], pattern: RegExp): boolean => {
    const match = pattern.exec(rest);
    if (match === null) return false;
    parts.push({ kind, text: match[1] ?? '' });
    rest = rest.slice(match[0].length);
    return true;
  };
  take('digits', /^(\d+)/);
  while (take('more-digits', /^\.(\d+)/));
  take('letter', /^([a-z])/);
  while (take('suffix', /^_([a-z]+)/)) take('suffix-number', /^(\d+)/);
  take('commit', /^~([0-9a-f]+)/);
  take('revision', /^-r(\d+)/);
  return parts;
}

/** All before it was equal: who goes on is greater, unless it goes on with what comes before a release. */
function compareKinds(one: Part, other: Part): number {
  if (isBefore(one)) return -1;
  if (isBefore(other)) return 1;
  return KINDS.indexOf(other.kind) - KINDS.indexOf(one.kind);
}

function isBefore({ kind, text }: Part): boolean {
  return kind === 'suffix' && BEFORE.includes(text);
}

function compareParts({ kind, text }: Part, other: Part): number {
  if (kind === 'suffix') return SUFFIXES.indexOf(text) - SUFFIXES.indexOf(other.text);
  const isText =
    kind === 'letter' ||
    kind === 'commit' ||
    // As after a decimal point: 1.05 is before 1.1.
    (kind === 'more-digits' && (text.startsWith('0') || other.text.startsWith('0')));
  if (isText) return compareTexts(text, other.text);
  const [mine, theirs] = [text.replace(/^0+/, ''), other.text.replace(/^0+/, '')];
  return mine.length - theirs.length || compareTexts(mine, theirs);
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
