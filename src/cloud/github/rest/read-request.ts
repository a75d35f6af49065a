import type { Context } from 'hono';
import { z } from 'zod';
import { GithubApiError, notFound } from '../github-error.ts';

/** Items of a page, unless it is asked for fewer or more; and at most (REST, "using pagination"). */
const PER_PAGE = { usual: 30, max: 100 } as const;

/** The JSON body of a request by a schema; none counts as `{}`. Throws the API's 400 or 422. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  const parsed = schema.safeParse(text.trim() === '' ? {} : parseJson(text));
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new GithubApiError(422, `Invalid request.\n\n${said.join('\n')}`);
}

/** The items of the page that is asked for, with `Link` set to where the others are. */
export function paginate<T>(c: Context, baseUrl: string, items: readonly T[]): readonly T[] {
  const perPage = Math.min(PER_PAGE.max, positive(c.req.query('per_page')) ?? PER_PAGE.usual);
  const page = positive(c.req.query('page')) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const links = [
    ...(page > 1 ? [['prev', page - 1] as const] : []),
    ...(page < last ? [['next', page + 1] as const, ['last', last] as const] : []),
    ...(page > 1 ? [['first', 1] as const] : []),
  ];
  if (links.length > 0)
    c.header('link', links.map(([rel, to]) => `<${pageUrl(c, baseUrl, to)}>; rel="${rel}"`).join(', '));
  return items.slice((page - 1) * perPage, page * perPage);
}

/** A number in the path. Throws the API's 404 for what is none. */
export function pathNumber(c: Context, name: string): number {
  const value = Number(c.req.param(name));
  if (!Number.isSafeInteger(value) || value < 0) throw notFound();
  return value;
}

/** A query parameter that is one of a few words; the first when it is left out. Throws the API's 422. */
export function queryWord<Word extends string>(
  c: Context,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const text = c.req.query(name);
  if (text === undefined || text === '') return words[0];
  const word = words.find((one) => one === text);
  if (word === undefined)
    throw new GithubApiError(422, 'Validation Failed', {
      errors: [{ resource: 'Query', field: name, code: 'invalid' }],
    });
  return word;
}

/** What comes behind a prefix of the path, with its slashes; decoded. */
export function restOfPath(c: Context, prefix: string): string {
  const at = c.req.path.indexOf(prefix);
  return at < 0 ? '' : decodeURIComponent(c.req.path.slice(at + prefix.length));
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 ? value : null;
}

function pageUrl(c: Context, baseUrl: string, page: number): string {
  const url = new URL(c.req.url);
  url.searchParams.set('page', String(page));
  return `${baseUrl}${c.req.path}${url.search}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubApiError(400, 'Problems parsing JSON');
  }
}
