/** As many lines of a job's output are kept as its error needs. */
const TAIL_LINES = 12;
/** Of them the first that speak of an error: what caused it often stands above a page of usage. */
const FIRST_ERRORS = 4;

/** The lines before it say again what is run, and with what. */
const END_OF_HEADER = '##[endgroup]';
/** Said by the mark and the step's name already. */
const COMMON_END = /^##\[error\]Process completed with exit code \d+\.$/;
/** Spoken to the runner, and not to people: `::add-mask::***`, `##[group]Run npm ci`. */
const TO_RUNNER = /^(::[a-z][\w-]*( [^:]*)?::|##\[(group|command|debug|section)\])/;
const ANNOTATION = /^##\[(error|warning|notice)\]/;
/** What Glidepath itself puts before the parts of an error, which its annotation then says again without. */
const MARK = /^ *[✗→!] /;
const ERROR = /\b(err|error|fatal|failed|cannot)\b/i;

/** The last lines that a step printed, and the first errors among them, after one line more. Pure. */
export function tailAfter(tail: readonly string[], text: string): readonly string[] {
  if (text === END_OF_HEADER) return [];
  if (COMMON_END.test(text) || TO_RUNNER.test(text)) return tail;
  const line = text.replace(ANNOTATION, '');
  // An annotation is often what was printed a line before.
  if (line !== text && tail.includes(line)) return tail;
  if (tail.some((one) => MARK.test(one) && one.replace(MARK, '') === line)) return tail;
  const all = [...tail, line];
  if (all.length <= TAIL_LINES) return all;
  const errors = new Set(all.filter((one) => ERROR.test(one)).slice(0, FIRST_ERRORS));
  const first = all.findIndex((one) => !errors.has(one));
  return all.toSpliced(Math.max(0, first), 1);
}
