import { HttpProblem } from './http-messages.ts';
import { LIMITS, type QuoteRequest } from './premium.ts';

/** The fields of a JSON body. 400 when it is not an object. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpProblem(400, 'The body must be a JSON object.');
  }
  return body as Record<string, unknown>;
}

/** A text of 1 to 200 characters, trimmed. 400 otherwise. */
export function textOf(value: unknown, name: string): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text.length < 1 || text.length > 200)
    throw new HttpProblem(400, `${name} must have 1 to 200 characters.`);
  return text;
}

/** A phone number with its country code. 400 otherwise. */
export function phoneOf(value: unknown): string {
  if (typeof value !== 'string' || !/^\+[0-9]{9,15}$/.test(value)) {
    throw new HttpProblem(400, 'phone must be a + and 9 to 15 digits.');
  }
  return value;
}

/** A whole number between two bounds, as a number or as digits. 400 otherwise. */
export function integerOf(value: unknown, name: string, { min, max }: { min: number; max: number }): number {
  const number = typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) {
    throw new HttpProblem(400, `${name} must be a whole number from ${min} to ${max}.`);
  }
  return number;
}

/** One of a few words. 400 otherwise. */
export function wordOf<Word extends string>(value: unknown, name: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new HttpProblem(400, `${name} must be one of ${words.join(', ')}.`);
  return word;
}

/** What a quote or a new policy is asked for. 400 when something is missing or out of bounds. */
export function quoteRequestOf(fields: Readonly<Record<string, unknown>>): QuoteRequest {
  return {
    product: textOf(fields['product'], 'product'),
    lives: integerOf(fields['lives'] ?? 1, 'lives', LIMITS.lives),
    months: integerOf(fields['months'] ?? 12, 'months', LIMITS.months),
  };
}
