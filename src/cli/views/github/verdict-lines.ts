import type { EventNews } from '../../rehearsal/actions-news.ts';
import type { Paint } from '../text/paint.ts';

/** Who runs for an event, and who does not and why; those that do not listen to it at all are only counted. */
export function verdictLines(
  { event, verdicts }: Pick<EventNews, 'event' | 'verdicts'>,
  { dim, green }: Paint,
): readonly string[] {
  const named = verdicts.filter(({ runId, why }) => runId !== null || !isDeaf(why));
  const deaf = verdicts.length - named.length;
  const lines = named
    .toSorted((a, b) => Number(a.runId === null) - Number(b.runId === null))
    .map(({ path, runId, why }) => {
      const file = path.replace(/^\.github\/workflows\//, '');
      return runId === null ? dim(`· ${file} does not run: ${why}`) : `${green('▸')} ${file} runs`;
    });
  if (deaf === 0) return lines;
  const others = `${deaf}${named.length > 0 ? ' other' : ''} ${deaf === 1 ? 'workflow does' : 'workflows do'}`;
  return [...lines, dim(`· ${others} not listen to ${event}`)];
}

/** Whether a GitHub workflow does not listen to an event at all. */
export function isDeaf(why: string): boolean {
  return why.startsWith('it does not listen to ');
}
