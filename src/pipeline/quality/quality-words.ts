import { ToolError } from '../../diagnostics/tool-error.ts';
import type { QualityFigure } from './judge-quality.ts';

/** Lines of one figure that are shown where it does not hold. */
const WHERE_MAX = 10;

/** One figure in one line: `✓ coverage: 91.2 % (912 of 1000 lines), required: at least 80 %`. */
export function figureLine({ name, holds, asked, found }: QualityFigure): string {
  return `${holds ? '✓' : '✗'} ${name}: ${found}, required: ${asked}`;
}

/** GATE_REFUSED with every figure; where one does not hold, where to look and the command that shows it. */
export function refusedQuality(
  figures: readonly QualityFigure[],
  { environment, commit }: { readonly environment: string; readonly commit: string },
): ToolError {
  const missed = figures.filter(({ holds }) => !holds);
  const [first] = missed;
  const words = missed.map(({ name, asked, found }) => `${name}: ${found}, required: ${asked}`);
  return new ToolError(
    'GATE_REFUSED',
    `The gate quality() of ${environment} refuses ${commit.slice(0, 7)}: ${words.join('; ')}.`,
    {
      hint: `See it: ${first?.see ?? 'glidepath ci'}`,
      output: figures.flatMap((figure) => [figureLine(figure), ...(figure.holds ? [] : whereLines(figure))]),
    },
  );
}

function whereLines({ where, see }: QualityFigure): readonly string[] {
  const rest = where.length - WHERE_MAX;
  return [
    ...where.slice(0, WHERE_MAX).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
    `    see it: ${see}`,
  ];
}
