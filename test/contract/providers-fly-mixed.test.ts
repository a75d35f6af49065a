import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { failure, secondWork, StrategyRig } from '../support/strategy-rig.ts';

const THREE = { regions: [{ region: 'iad', count: 3 }] };

let rig: StrategyRig;

beforeAll(async () => {
  rig = await StrategyRig.start();
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe.concurrent('mixed versions are never silent', () => {
  test('a deployment that fails halfway names what each machine runs', async () => {
    const { app, image } = await rig.deployed('halfway', THREE);
    const next = await rig.next(app);
    const refuse = refuseUpdates('halfway', 1);
    const work = secondWork();
    const error = await failure(rig.platform.deploy(next, work));
    refuse();
    expect(error.code).toBe('PROVIDER_REJECTED');
    const from = work.lines.indexOf('halfway runs 2 versions at once until it is put back:');
    expect(from).toBeGreaterThan(0);
    const lines = work.lines.slice(from + 1).join('\n');
    const machines = await rig.fly.machines('halfway');
    expect(new Set(machines.map(({ config }) => config.image))).toEqual(new Set([image, next.image]));
    for (const { id, config } of machines) {
      expect(lines).toContain(
        `machine ${id} in iad runs ${config.image.split('@')[1]} (release ${config.metadata?.['glidepath_release']}, started`,
      );
    }
    await rig.platform.undoDeploy(next, work);
    expect(await rig.summary('halfway')).toEqual(Array.from({ length: 3 }, () => `iad started ${image} r-1`));
  });

  test('success is read, never inferred: machines that are not as deployed are all named, each with its command', async () => {
    const { app } = await rig.deployed('lied-to', THREE);
    // The platform says yes, and does nothing.
    const takeOut = rig.fly.intercept((request) =>
      request.url.includes('/lied-to/') && request.url.endsWith('/uncordon')
        ? Promise.resolve(Response.json({ ok: true }))
        : null,
    );
    const error = await failure(rig.platform.deploy(await rig.next(app), secondWork()));
    takeOut();
    expect(error.code).toBe('DEPLOY_NOT_CONVERGED');
    expect(error.message).toMatch(/is still cordoned \(and 2 more, below\)/);
    const machines = await rig.fly.machines('lied-to');
    for (const { id, config } of machines) {
      expect(error.output.join('\n')).toContain(`machine ${id} in iad runs ${config.image.split('@')[1]}`);
      expect(error.hint).toContain(`fly machine uncordon ${id} -a lied-to`);
    }
  });

  test('a machine that somebody made meanwhile is found out', async () => {
    const { app, image } = await rig.deployed('joined', THREE);
    const next = await rig.next(app);
    let isMade = false;
    const takeOut = rig.fly.intercept((request, forward) => {
      if (isMade || !request.url.includes('/joined/') || !request.url.endsWith('/uncordon')) return null;
      isMade = true;
      const metadata = { fly_process_group: 'app' };
      const made = async (): Promise<void> => {
        const body = { region: 'iad', config: { image, metadata } };
        const { status } = await rig.fly.call('POST', '/v1/apps/joined/machines', body);
        // The first release has used up what may be made at once.
        expect(status).toBe(200);
      };
      return vi.waitFor(made, { timeout: 60_000, interval: 250 }).then(forward);
    });
    const error = await failure(rig.platform.deploy(next, secondWork()));
    takeOut();
    expect(error.code).toBe('DEPLOY_NOT_CONVERGED');
    expect(error.output.join('\n')).toMatch(
      /runs sha256:\w+ \(no release of Glidepath, started\) and not sha256:/,
    );
    expect(error.output.join('\n')).toContain('4 instead of 3 machines in iad');
  });

  test('what cannot be put back is named with what it runs and the command for it, the rest is put back', async () => {
    const { app, image } = await rig.deployed('stays-mixed', THREE);
    const next = await rig.next(app);
    const work = secondWork();
    await rig.platform.deploy(next, work);
    const [stuck] = await rig.fly.machines('stays-mixed');
    const takeOut = rig.fly.intercept((request) =>
      request.method === 'POST' && request.url.endsWith(`/machines/${stuck?.id}`)
        ? Promise.resolve(Response.json({ error: 'host is gone' }, { status: 422 }))
        : null,
    );
    const error = await failure(rig.platform.undoDeploy(next, work));
    takeOut();
    expect(error.code).toBe('RUN_UNDO_FAILED');
    const digest = next.image.split('@')[1];
    expect(error.output).toEqual([
      expect.stringMatching(
        new RegExp(
          `machine ${stuck?.id} in iad is not back on ${image}; machine ${stuck?.id} in iad runs ${digest} \\(release r-2, started.*host is gone.*By hand: fly machine update ${stuck?.id} -a stays-mixed --image ${image}`,
        ),
      ),
    ]);
    expect((await rig.summary('stays-mixed')).filter((line) => line.endsWith('r-1'))).toHaveLength(2);
    // The host is back: the same undoing does the rest.
    await rig.platform.undoDeploy(next, work);
    expect(await rig.summary('stays-mixed')).toEqual(
      Array.from({ length: 3 }, () => `iad started ${image} r-1`),
    );
  });
});

/** Lets so many updates of an app through, then refuses them. */
function refuseUpdates(app: string, allowed: number): () => void {
  let updates = 0;
  return rig.fly.intercept((request) => {
    const isUpdate = request.method === 'POST' && new RegExp(`/apps/${app}/machines/\\w+$`).test(request.url);
    return isUpdate && ++updates > allowed
      ? Promise.resolve(Response.json({ error: 'no more today' }, { status: 422 }))
      : null;
  });
}
