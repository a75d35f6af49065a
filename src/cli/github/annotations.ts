/** Where an annotation of GitHub points, and what it is called. */
export interface AnnotationPlace {
  readonly title: string;
  /** Relative to the repository. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A line that GitHub Actions shows on the page of the run, and beside the line of a file where one is named. */
export function annotation(
  level: 'notice' | 'warning' | 'error',
  { title, file, line, column }: AnnotationPlace,
  message: string,
): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(message)}\n`;
}

/** Lines that GitHub Actions folds away under a title. */
export function groupStart(title: string): string {
  return `::group::${data(title)}\n`;
}

/** The end of the lines that are folded away. */
export const GROUP_END = '::endgroup::\n';

/** What follows the second pair of colons, as the toolkit of GitHub Actions writes it (actions/toolkit, command.ts). */
export function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
