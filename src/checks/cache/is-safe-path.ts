/** What belongs to git and to Glidepath itself; reports are what checks write there. */
const PRIVATE = /^(\.git|\.glidepath)(\/|$)/i;
const REPORTS = '.glidepath/reports/';

/** Whether a path, from the root of a checkout and with slashes, names something that a check may have made there. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) return false;
  // A `.git` further down is that of a checkout in the checkout: a hook in it would be run by whoever works there.
  if (parts.some((part) => part.toLowerCase() === '.git')) return false;
  return !PRIVATE.test(path) || path.startsWith(REPORTS);
}

/**
 * Whether a link at `path` to `target` stays in the checkout. `..` only at its beginning, and not more often than the link
 * is deep: behind the name of another link it would lead from where that one points.
 */
export function isSafeLink(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  const ups = up === -1 ? parts.length : up;
  const depth = path.split('/').length - 1;
  if (ups > depth || parts.slice(ups).includes('..')) return false;
  const landing = [...path.split('/').slice(0, depth - ups), ...parts.slice(ups)].join('/');
  return !/(^|\/)\.git(\/|$)/i.test(landing);
}
