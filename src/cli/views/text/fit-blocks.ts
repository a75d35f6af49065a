/** The lines of one step in a picture, and whether something goes on there. */
export interface Block {
  readonly lines: readonly string[];
  /** `active`: runs, waits, failed or was undone. */
  readonly state: 'active' | 'done' | 'to come';
}

/**
 * The blocks as lines, at most `rows` of them, in their order: where there is no room for all, those where something
 * goes on, then their neighbours, and a last line that counts the others. Drawing more than the screen has rows would
 * push lines off its top that cannot be drawn again.
 */
export function fitBlocks(blocks: readonly Block[], rows: number): string[] {
  const all = blocks.flatMap((block) => block.lines);
  if (all.length <= rows) return all;
  // One row is for the line that counts the others.
  const room = Math.max(1, rows - 1);
  const active = blocks.filter((block) => block.state === 'active');
  const isRoomForTails = lineCount(active) <= room;
  const kept = new Map<Block, readonly string[]>();
  for (const block of active.slice(0, isRoomForTails ? undefined : room))
    kept.set(block, isRoomForTails ? block.lines : block.lines.slice(0, 1));
  let left = room - [...kept.values()].flat().length;
  for (const block of neighbours(blocks)) {
    if (block.lines.length > left) break;
    kept.set(block, block.lines);
    left -= block.lines.length;
  }
  const others = blocks.filter((block) => !kept.has(block));
  return [...blocks.flatMap((block) => kept.get(block) ?? []), countLine(others)];
}

/** What to show beside the active blocks: the latest done and the next to come, in turns. */
function neighbours(blocks: readonly Block[]): Block[] {
  const done = blocks.filter((block) => block.state === 'done').toReversed();
  const toCome = blocks.filter((block) => block.state === 'to come');
  const turns = Math.max(done.length, toCome.length);
  return Array.from({ length: turns }, (_, index) => [done[index], toCome[index]])
    .flat()
    .filter((block) => block !== undefined);
}

function countLine(others: readonly Block[]): string {
  const parts = (['active', 'done', 'to come'] as const).flatMap((state) => {
    const count = others.filter((block) => block.state === state).length;
    return count === 0 ? [] : [`${count} more ${state}`];
  });
  return `  … ${parts.join(', ')}`;
}

function lineCount(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.lines.length, 0);
}
