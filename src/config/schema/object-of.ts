import { z } from 'zod';

/** An object with exactly the keys of `T`, so that a setting added to the types cannot be forgotten here. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- given by the caller, it is what is checked
export function objectOf<T>(fields: { readonly [K in keyof Required<T>]: z.ZodType }): z.ZodObject {
  return z.strictObject(fields);
}
