import { z } from 'zod';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';

/** What a rule of the schema says about one value; travels through zod as the parameters of a custom issue. */
export interface Problem {
  /** Default CONFIG_INVALID_VALUE. */
  readonly code?: ErrorCode;
  /** The end of a sentence that begins with the path: `is "7 days", which is not a duration`. No full stop. */
  readonly says: string;
  readonly hint?: string;
}

/** A zod type that takes what `base` takes and then asks `find` for a problem. */
export function rule<T extends z.ZodType>(base: T, find: (value: z.output<T>) => Problem | null): T {
  return base.superRefine((value, context) => {
    const problem = find(value);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem.says, params: { ...problem } });
  });
}
