// What a cloud's guard becomes when the cloud has been killed: ends what it left, unless the next one has come meanwhile.
import { existsSync } from 'node:fs';
import { systemClock } from '../util/clock.ts';
import { endOrphans } from './control/end-orphans.ts';
import { lockStateDir } from './server/state-lock.ts';

const [stateDir = '', lingerMs = '0'] = process.argv.slice(2);

await systemClock.sleep(Number(lingerMs));
// From here on it is finished rather than cut short: whoever sends it away waits.
process.on('SIGTERM', () => undefined);
if (existsSync(stateDir)) {
  const unlock = lockStateDir(stateDir);
  if (unlock !== null) {
    await endOrphans(stateDir, systemClock);
    unlock();
  }
} else {
  // Whoever removed the directory has left nobody to adopt them.
  await endOrphans(stateDir, systemClock);
}
