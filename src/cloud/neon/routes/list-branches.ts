import type { Context } from 'hono';
import type { NeonContext } from '../neon-context.ts';
import { invalid } from '../neon-error.ts';
import type { NeonBranch, NeonProject } from '../records.ts';
import { branchView } from '../views.ts';
import { annotationView } from './annotation-view.ts';
import { queryFlag, queryInt, queryWord } from './read-request.ts';

const LIMIT = { min: 1, max: 10_000 } as const;

/** One page of the branches of a project: searched, sorted, and behind the cursor of the page before. */
export function listBranches(c: Context, context: NeonContext, project: NeonProject): object {
  const { state } = context;
  const sortBy = queryWord(c, 'sort_by', ['updated_at', 'created_at', 'name']);
  const sortOrder = queryWord(c, 'sort_order', ['desc', 'asc']);
  const limit = queryInt(c, 'limit', LIMIT) ?? LIMIT.max;
  const includesDeleted = queryFlag(c, 'include_deleted');
  const search = c.req.query('search')?.toLowerCase() ?? '';
  const sign = sortOrder === 'asc' ? 1 : -1;
  const sorted = state
    .all('branches')
    .filter((one) => one.projectId === project.id && (includesDeleted || one.deletion === null))
    .filter(({ id, name }) => id.includes(search) || name.toLowerCase().includes(search))
    .sort((a, b) => sign * (compare(keyOf(a, sortBy), keyOf(b, sortBy)) || compare(a.id, b.id)));
  const cursor = c.req.query('cursor') ?? '';
  const begin = cursor === '' ? 0 : placeOf(cursor, sorted) + 1;
  const shown = sorted.slice(begin, begin + limit);
  const last = shown.at(-1);
  const isMore = begin + shown.length < sorted.length;
  return {
    branches: shown.map((branch) => branchView(context, branch)),
    annotations: Object.fromEntries(
      shown
        .filter(({ annotation }) => Object.keys(annotation).length > 0)
        .map((branch) => [branch.id, annotationView(branch)]),
    ),
    pagination: {
      ...(isMore && last !== undefined ? { next: Buffer.from(last.id).toString('base64url') } : {}),
      sort_by: sortBy,
      sort_order: sortOrder.toUpperCase(),
    },
  };
}

function placeOf(cursor: string, branches: readonly NeonBranch[]): number {
  const id = Buffer.from(cursor, 'base64url').toString();
  const place = branches.findIndex((one) => one.id === id);
  if (place === -1) throw invalid('invalid cursor');
  return place;
}

function keyOf(branch: NeonBranch, sortBy: 'updated_at' | 'created_at' | 'name'): string | number {
  if (sortBy === 'name') return branch.name;
  return sortBy === 'created_at' ? branch.createdAt : branch.updatedAt;
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
