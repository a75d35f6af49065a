import { describe, expect, test } from 'vitest';
import { flyApp } from '../../../test/support/projects.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';
import { differences } from './verify.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const regions = [{ region: 'iad', count: 1 }];
const sleepy = flyApp('web', { regions, sleep: 'when-idle' });
const wakeful = flyApp('web', { regions, sleep: 'never' });

function found(app: typeof sleepy, more: Partial<ObservedMachine>) {
  const machine = {
    id: 'm',
    region: 'iad',
    state: 'started',
    digest: DIGEST,
    healthy: true,
    reachable: true,
  };
  return differences(app, DIGEST, [{ ...machine, cordoned: false, ...more } as ObservedMachine]);
}

describe('what was deployed, read again', () => {
  test.each(['starting', 'stopping', 'suspending'])(
    'of an app that may sleep is not at rest while a machine is %s, and of another is wrong',
    (state) => {
      const words = [expect.stringMatching(new RegExp(`machine m in iad is ${state}$`))];
      expect(found(sleepy, { state, healthy: null })).toEqual({ problems: [], moving: words });
      expect(found(wakeful, { state, healthy: null })).toEqual({ problems: words, moving: [] });
    },
  );

  test('may have been woken a moment ago and not have passed its checks', () => {
    const words = [expect.stringMatching(/machine m in iad is unhealthy$/)];
    expect(found(sleepy, { healthy: false })).toEqual({ problems: [], moving: words });
    expect(found(wakeful, { healthy: false })).toEqual({ problems: words, moving: [] });
  });

  test('sleeps only where it may, and must be of the release, in rotation and of the written number', () => {
    expect(found(sleepy, { state: 'stopped', healthy: null })).toEqual({ problems: [], moving: [] });
    expect(found(wakeful, { state: 'stopped', healthy: null }).problems).toHaveLength(1);
    expect(found(sleepy, { digest: null }).problems).toHaveLength(1);
    expect(found(sleepy, { cordoned: true }).problems).toHaveLength(1);
    expect(found(sleepy, { region: 'sjc' }).problems).toHaveLength(1);
    expect(found(sleepy, { state: 'failed' }).problems).toHaveLength(1);
  });
});
