import { objectOf } from '../../../migrations/schema/diff-schemas.ts';
import type { RestoreLoss, TableLoss } from '../../../pipeline/restore-loss.ts';
import type { RestoreMoment } from '../../../plan/plan.ts';
import { targetWords } from '../../../plan/steps/restore-steps.ts';
import { counted } from '../text/counted.ts';
import { paint, type Paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';

/** What the view knows besides. */
export interface RestoreLossView {
  readonly environment: string;
  readonly database: string;
  readonly target: RestoreMoment;
  readonly now: number;
  readonly color: boolean;
}

/** Schema differences that are named; of more the number is enough. */
const NAMED_DIFFERENCES = 8;

/** What would be lost, for the one who has to say yes. */
export function renderRestoreLoss(loss: RestoreLoss, view: RestoreLossView): string {
  const colors = paint(view.color);
  const { bold, dim, yellow } = colors;
  const since = formatDuration(Math.max(0, view.now - view.target.at));
  const lines = [
    `  ${bold(view.database)} of ${bold(view.environment)} goes back ${bold(since)}, to ${targetWords(view.target)}.`,
    '  Everything written since then will be gone from it; where the platform can, it is kept beside it.',
  ];
  for (const { id } of loss.releases) lines.push(`  ${yellow('!')} ${id} became live since then`);
  if (loss.compared === null) {
    lines.push(`  ${yellow('!')} What would be lost could not be looked at: ${loss.unseen ?? ''}`);
    return `${lines.join('\n')}\n\n`;
  }
  const { tables, schema } = loss.compared;
  lines.push(
    tables.length === 0
      ? `  ${dim('No table has more or fewer rows than then; changed rows are not counted.')}`
      : '',
  );
  const table =
    tables.length === 0
      ? ''
      : renderTable(
          ['table', 'rows now', 'then', ''].map(dim),
          tables.map((each) => rowOf(each, colors)),
        );
  return `${lines.join('\n')}\n${table}${schemaLines(schema, colors)}\n`;
}

function rowOf({ table, now, before, isEstimate }: TableLoss, { red, green, dim }: Paint): string[] {
  const about = isEstimate ? '~' : '';
  const change =
    before === null
      ? red('the table is gone')
      : now === null
        ? green('the table is back')
        : before < now
          ? red(`${counted(now - before, 'row')} lost`)
          : green(`${counted(before - now, 'row')} back`);
  const shown = (rows: number | null): string => (rows === null ? dim('–') : `${about}${rows}`);
  return [table, shown(now), shown(before), change];
}

function schemaLines(differences: NonNullable<RestoreLoss['compared']>['schema'], { yellow }: Paint): string {
  if (differences.length === 0) return '';
  const named = differences.slice(0, NAMED_DIFFERENCES).map((difference) => {
    const { kind, table, name } = objectOf(difference);
    const what = `${kind} ${table === null ? '' : `${table}.`}${name}`;
    const how = { 'only-left': 'is gone', 'only-right': 'is back', differs: 'is as it was then' }[
      difference.change
    ];
    return `  ${yellow('~')} ${what} ${how}`;
  });
  const more = differences.length - named.length;
  if (more > 0) named.push(`  ${yellow('~')} and ${more} more`);
  return `${named.join('\n')}\n`;
}
