import { objectOf, type SchemaDifference } from '../../../migrations/schema/diff-schemas.ts';
import { counted } from '../text/counted.ts';
import { paint, type Paint } from '../text/paint.ts';

/** What the view knows besides the differences. */
export interface SchemaDiffView {
  readonly left: string;
  readonly right: string;
  /** How many objects were compared, of the left. */
  readonly objects: number;
  readonly color: boolean;
}

/** Table by table: `-` is only on the left, `+` only on the right, `~` in both and not the same. */
export function renderSchemaDiff(differences: readonly SchemaDifference[], view: SchemaDiffView): string {
  const colors = paint(view.color);
  const { left, right } = view;
  if (differences.length === 0)
    return `${colors.green('=')} ${left} and ${right} have the same schema, ${counted(view.objects, 'object')}.\n`;
  const lines = [
    `  ${colors.red(`- only in ${left}`)}   ${colors.green(`+ only in ${right}`)}   ${colors.yellow('~ not the same')}`,
    '',
  ];
  let table: string | null = null;
  for (const difference of differences) {
    const object = objectOf(difference);
    if (object.table !== null && object.table !== table) lines.push(`  ${colors.bold(object.table)}`);
    table = object.table;
    lines.push(...linesOf(difference, object.table === null ? '  ' : '    ', colors));
  }
  lines.push('', `  ${counted(differences.length, 'difference')}.`);
  return `${lines.join('\n')}\n`;
}

function linesOf(difference: SchemaDifference, indent: string, colors: Paint): string[] {
  const { kind, name } = objectOf(difference);
  const what = `${kind} ${name}`;
  switch (difference.change) {
    case 'only-left':
      return [`${indent}${colors.red(`- ${what}`)}${shown(difference.left.definition, colors)}`];
    case 'only-right':
      return [`${indent}${colors.green(`+ ${what}`)}${shown(difference.right.definition, colors)}`];
    default:
      return [
        `${indent}${colors.yellow(`~ ${what}`)}`,
        ...changedLines(difference.left.definition, difference.right.definition, `${indent}    `, colors),
      ];
  }
}

/** One line of it; the whole of a function would drown the rest. */
function shown(definition: string, { dim }: Paint): string {
  const [first = '', ...rest] = definition.split('\n');
  if (first.trim() === '') return '';
  return dim(`  ${first.trim()}${rest.length === 0 ? '' : ' …'}`);
}

/** Of long definitions only the lines that differ. */
function changedLines(left: string, right: string, indent: string, { red, green }: Paint): string[] {
  const [before, after] = [left.split('\n'), right.split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `${indent}${red(`- ${line.trim()}`)}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `${indent}${green(`+ ${line.trim()}`)}`),
  ];
}
