/** What must be read as one piece: comments, quoted text and names, dollar-quoted bodies. */
const WHOLE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|;/g;

/**
 * The statements of an SQL file, without their semicolons, so that a failure can name the one it came from.
 * Pieces that hold nothing but comments are left out.
 */
export function sqlStatements(sql: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const match of sql.matchAll(WHOLE)) {
    if (match[0] !== ';') continue;
    pieces.push(sql.slice(start, match.index));
    start = match.index + 1;
  }
  pieces.push(sql.slice(start));
  return pieces.map((piece) => piece.trim()).filter((piece) => withoutComments(piece) !== '');
}

function withoutComments(piece: string): string {
  return piece.replace(WHOLE, (whole) => (/^(--|\/\*)/.test(whole) ? '' : whole)).trim();
}
