/** A value that survives JSON unchanged: all that the journal, the events and `--json` may hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
