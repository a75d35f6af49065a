/** GitHub takes no longer descriptions of statuses and deployments. */
const DESCRIPTION_LENGTH_MAX = 140;

/** A description as GitHub takes it: one line of at most 140 characters, with an ellipsis where something is missing. */
export function shortened(description: string): string {
  const line = description.replace(/\s+/g, ' ').trim();
  if (line.length <= DESCRIPTION_LENGTH_MAX) return line;
  let cut = '';
  // Letter by letter as they are seen, so that no half of one is left.
  for (const { segment } of new Intl.Segmenter('en').segment(line)) {
    if (cut.length + segment.length > DESCRIPTION_LENGTH_MAX - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
