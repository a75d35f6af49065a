/** As wide as a line of a comment is, so that it is read without scrolling. */
const WIDTH = 112;

/** Sentences as lines of a comment. */
export function comment(text: string): string {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}
