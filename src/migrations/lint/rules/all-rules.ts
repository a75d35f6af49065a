import type { Rule } from '../rule.ts';
import { createIndexNotConcurrent } from './create-index-not-concurrent.ts';

/** Every rule there is, in the order of docs/reference/migration-rules.md. */
export const ALL_RULES: readonly Rule[] = [createIndexNotConcurrent];
