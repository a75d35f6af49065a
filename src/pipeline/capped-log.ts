/** Lines of one command that are kept with the run: more than anyone reads, and a few hundred kilobytes. */
const LINES_MAX = 5_000;
/** A longer line is cut. */
const LINE_CHARS_MAX = 2_000;

/**
 * A log for what a command prints, which may be megabytes: the first thousands of lines are kept with the run, then a
 * last one says that there are more. What a failure needs is its end, and that is kept apart, with the error.
 */
export function cappedLog(log: (line: string) => void): (line: string) => void {
  let count = 0;
  return (line) => {
    count += 1;
    if (count <= LINES_MAX) log(line.slice(0, LINE_CHARS_MAX));
    else if (count === LINES_MAX + 1) log(`… more than ${LINES_MAX} lines; the rest is dropped`);
  };
}
