import type { Context } from 'hono';
import type { z } from 'zod';
import { badRequest } from './api-error.ts';

/** The JSON body of a request by a schema; an empty body counts as `{}`. Throws the API's 400. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  const parsed = schema.safeParse(text.trim() === '' ? {} : parseJson(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw badRequest(`invalid ${where}: ${issue?.message ?? 'not understood'}`);
}

/** A query parameter that is a boolean: `true`, `1` or nothing but its name. */
export function queryFlag(c: Context, name: string): boolean {
  const value = c.req.query(name);
  return value === '' || value === 'true' || value === '1';
}

/** A query parameter that is a whole number within bounds, or the fallback. Throws the API's 400. */
export function queryInt(
  c: Context,
  name: string,
  bounds: { min: number; max: number; fallback: number },
): number {
  const value = c.req.query(name);
  if (value === undefined || value === '') return bounds.fallback;
  const number = Number(value);
  if (!Number.isInteger(number)) throw badRequest(`invalid ${name}: must be a whole number`);
  if (number < bounds.min || number > bounds.max)
    throw badRequest(`invalid ${name}: must be between ${bounds.min} and ${bounds.max}`);
  return number;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('invalid JSON body');
  }
}
