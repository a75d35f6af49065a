import { join } from 'node:path';

/** Where the merged reports of a project lie. */
export function reportsDirectory(root: string): string {
  return join(root, '.glidepath', 'reports');
}
