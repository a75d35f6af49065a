import type { ResolvedDatabase, ResolvedEnvironment } from '../../config/resolved.ts';

/** What a command needs to say which database it is about: ` --database main`, or nothing where there is only one. */
export function ofSeveral({ databases }: ResolvedEnvironment, { name }: ResolvedDatabase): string {
  return databases.length > 1 ? ` --database ${name}` : '';
}
