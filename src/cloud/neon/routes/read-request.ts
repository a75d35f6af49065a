import type { Context } from 'hono';
import { z } from 'zod';
import { invalid } from '../neon-error.ts';

/** The JSON body of a request by a schema; none counts as `{}`. Throws the API's 400. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  const parsed = schema.safeParse(text.trim() === '' ? {} : parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'request body' : issue.path.join('.');
  throw invalid(`invalid ${where}: ${issue?.message ?? 'not understood'}`);
}

/** A query parameter that is a whole number within bounds; null when it is not given. Throws the API's 400. */
export function queryInt(c: Context, name: string, bounds: { min: number; max: number }): number | null {
  const text = c.req.query(name);
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max)
    throw invalid(`invalid ${name}: must be a whole number from ${bounds.min} to ${bounds.max}`);
  return value;
}

/** A query parameter that is `true` or `false`, the default. Throws the API's 400. */
export function queryFlag(c: Context, name: string): boolean {
  const text = c.req.query(name) ?? 'false';
  if (text !== 'true' && text !== 'false') throw invalid(`invalid ${name}: must be true or false`);
  return text === 'true';
}

/** A query parameter that must be one of a few words. Throws the API's 400. */
export function queryWord<Word extends string>(
  c: Context,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const text = c.req.query(name);
  if (text === undefined || text === '') return words[0];
  const word = words.find((one) => one === text);
  if (word === undefined) throw invalid(`invalid ${name}: must be one of ${words.join(', ')}`);
  return word;
}

/** A time as RFC 3339 has them, as milliseconds since the Unix epoch. */
export const timeSchema: z.ZodType<number> = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-06-09T18:02:16Z' })
  .transform((text) => Date.parse(text));

/** A position in the log: `0/1E88838`. */
export const lsnSchema: z.ZodType<string> = z
  .string()
  .regex(/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/, 'must be a log sequence number such as 0/1E88838');

/** A time in a query; null when it is not given. Throws the API's 400. */
export function queryTime(c: Context, name: string): number | null {
  const text = c.req.query(name);
  if (text === undefined || text === '') return null;
  const parsed = timeSchema.safeParse(text);
  if (!parsed.success) throw invalid(`invalid ${name}: ${parsed.error.issues[0]?.message ?? 'not a time'}`);
  return parsed.data;
}

/** A position in the log in a query; null when it is not given. Throws the API's 400. */
export function queryLsn(c: Context, name: string): string | null {
  const text = c.req.query(name);
  if (text === undefined || text === '') return null;
  const parsed = lsnSchema.safeParse(text);
  if (!parsed.success)
    throw invalid(`invalid ${name}: ${parsed.error.issues[0]?.message ?? 'not a position'}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('request body is not JSON');
  }
}
