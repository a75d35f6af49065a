import type { Constraint } from 'libpg-query';
import { constraintText } from '../parse/column-without.ts';
import { quoteName } from '../parse/names.ts';
import type { TableCommand } from '../parse/table-commands.ts';
import type { SafeStep } from './write-steps.ts';
import { THEN_ANOTHER_FILE } from './write-steps.ts';

/** A constraint added NOT VALID, which holds for new rows at once, and validated later. */
export function constraintSteps(
  added: TableCommand,
  { constraint, name }: { readonly constraint: Constraint; readonly name: string },
): readonly SafeStep[] {
  const text = constraintText(added, constraint);
  return [
    { sql: [`${added.head} ADD CONSTRAINT ${quoteName(name)} ${text} NOT VALID`] },
    { note: THEN_ANOTHER_FILE, sql: [`${added.head} VALIDATE CONSTRAINT ${quoteName(name)}`] },
  ];
}
