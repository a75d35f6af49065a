import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkoutRig } from '../support/checkout-rig.ts';
import { resolvedCheck } from '../support/projects.ts';

/** A small disk takes the right to mount one. */
const CAN_MOUNT = spawnSync('unshare', ['--mount', 'true']).status === 0;

test.skipIf(!CAN_MOUNT)(
  'a disk that is full by the end costs what would be remembered, and not the checks',
  async () => {
    using rig = checkoutRig({ '.gitignore': '.glidepath\n', 'src/a.txt': 'a\n' });
    const state = join(rig.root, '.glidepath');
    mkdirSync(state);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', state]).status).toBe(0);
    try {
      const last = 120_000;
      const checks = [
        resolvedCheck('quiet', { inputs: ['src/**'] }),
        resolvedCheck('long', { command: `${leaveRoom(state)} && seq 1 ${last}` }),
      ];
      const outcome = await rig.run(checks);
      expect(outcome.results.map(({ status }) => status)).toEqual(['passed', 'passed']);
      expect(rig.lines('long').at(-1)).toBe(String(last));
      expect(rig.warnings.join('\n')).toMatch(/The result of long is not cached: the disk is full\./);
      expect(
        readdirSync(state, { recursive: true }).filter((name) => String(name).startsWith('cache/tree.')),
      ).toEqual([]);
      const { bavail } = statfsSync(state);
      expect(bavail).toBeLessThan(10);
    } finally {
      spawnSync('umount', [state]);
    }
  },
);

/** Fills the disk but for a page, for the log of the check itself; another check may write meanwhile, and take that too. */
function leaveRoom(state: string): string {
  const script = join(state, '..', '.git', 'fill.sh');
  writeFileSync(
    script,
    `free=$(df --output=avail -k "${state}" | tail -1); dd if=/dev/zero of="${state}/fill" bs=1k count=$((free - 4)) 2>&1 || true\n`,
  );
  return `sh "${script}" > /dev/null`;
}
