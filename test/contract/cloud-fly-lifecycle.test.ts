import { expect, test } from 'vitest';
import { serverImage } from '../support/cloud-fly-images.ts';
import { FlyRig, isAlive, serviceConfig, until } from '../support/cloud-fly-rig.ts';

const path = (id: string, action = ''): string => `/v1/apps/web/machines/${id}${action}`;

test('a created machine goes through starting to started and its process answers on its own port', async () => {
  await using rig = await FlyRig.start();
  const created = await rig.call('POST', '/v1/apps/web/machines', {
    body: { config: serviceConfig(rig.image) },
  });
  expect(created.status).toBe(200);
  expect(created.body.state).toBe('created');
  expect(created.body.id).toMatch(/^[0-9a-f]{14}$/);
  await rig.wait('web', created.body.id, 'started');
  expect(await rig.ask('web', created.body.id, '/')).toBe('fine');
  const machine = await rig.get('web', created.body.id);
  expect(machine).toMatchObject({ state: 'started', host_status: 'ok', cordoned: false });
  expect(machine.image_ref).toMatchObject({
    registry: 'registry.test',
    repository: 'web',
    labels: { version: 'one' },
  });
  expect(rig.image).toContain(machine.image_ref.digest);
  expect(machine.events.map((event: { status: string }) => event.status)).toEqual([
    'started',
    'starting',
    'created',
  ]);
});

test('a machine created with skip_launch ends up stopped without a process', async () => {
  await using rig = await FlyRig.start();
  const created = await rig.machine(
    'web',
    { image: rig.image },
    { body: { skip_launch: true }, until: 'stopped' },
  );
  expect(rig.pid(created.id)).toBeNull();
});

test('stop sends the configured signal, ends the process and says so in the exit event', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine(
    'web',
    serviceConfig(rig.image, { stop_config: { signal: 'SIGTERM', timeout: '10s' } }),
  );
  await rig.ask('web', id, '/');
  const pid = rig.pid(id) ?? 0;
  expect((await rig.call('POST', path(id, '/stop'))).body).toEqual({ ok: true });
  await rig.wait('web', id, 'stopped');
  expect(isAlive(pid)).toBe(false);
  const exit = (await rig.get('web', id)).events.find((event: { type: string }) => event.type === 'exit');
  expect(exit.request.exit_event).toMatchObject({ exit_code: 0, requested_stop: true, oom_killed: false });
  const logs = await rig.call('GET', '/api/v1/apps/web/logs');
  expect(
    logs.body.data.map((line: { attributes: { message: string } }) => line.attributes.message),
  ).toContain('got SIGTERM');
});

test('a deaf process is killed after the stop timeout, its children with it', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine(
    'web',
    serviceConfig(rig.image, { env: { DEAF: '1', CHILD: 'detached' } }),
  );
  await rig.ask('web', id, '/');
  const pids = rig.service.processes().flatMap((info) => [...info.pids]);
  expect(pids.length).toBeGreaterThanOrEqual(2);
  await rig.call('POST', path(id, '/stop'), { body: { timeout: '300ms' } });
  expect((await rig.get('web', id)).state).toBe('stopping');
  await rig.wait('web', id, 'stopped');
  await until(() => pids.every((pid) => !isAlive(pid)));
  const exit = (await rig.get('web', id)).events[0].request.exit_event;
  expect(exit).toMatchObject({ signal: 9, exit_code: 137, requested_stop: true });
});

test('start, restart, suspend and resume keep the id and the version', async () => {
  await using rig = await FlyRig.start();
  const { id, instance_id: version } = await rig.machine('web', serviceConfig(rig.image));
  const first = rig.pid(id);
  await rig.call('POST', path(id, '/restart'));
  await until(() => rig.pid(id) !== first && rig.isReady('web', id));
  const second = rig.pid(id) ?? 0;
  await rig.call('POST', path(id, '/suspend'));
  await rig.wait('web', id, 'suspended');
  expect(rig.isReady('web', id)).toBe(false);
  expect(isAlive(second)).toBe(true);
  expect((await rig.call('POST', path(id, '/start'))).body).toMatchObject({ previous_state: 'suspended' });
  await rig.wait('web', id, 'started');
  expect(await rig.ask('web', id, '/')).toBe('fine');
  expect(rig.pid(id)).toBe(second);
  expect((await rig.get('web', id)).instance_id).toBe(version);
});

test('stopping a suspended machine ends its process', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(id) ?? 0;
  await rig.call('POST', path(id, '/suspend'));
  await rig.wait('web', id, 'suspended');
  await rig.call('POST', path(id, '/stop'));
  await rig.wait('web', id, 'stopped');
  expect(isAlive(pid)).toBe(false);
});

test('an update replaces the config, the version and the process, and keeps the id', async () => {
  await using rig = await FlyRig.start();
  const before = await rig.machine('web', serviceConfig(rig.image, { env: { ONLY_BEFORE: 'x' } }));
  await rig.ask('web', before.id, '/');
  const first = rig.pid(before.id) ?? 0;
  const image = rig.images.add('web', serverImage('two'));
  const updated = await rig.call('POST', path(before.id), {
    body: { config: serviceConfig(image), current_version: before.instance_id },
  });
  expect(updated.status).toBe(200);
  expect(updated.body).toMatchObject({ id: before.id, state: 'replacing' });
  expect(updated.body.instance_id > before.instance_id).toBe(true);
  const wait = await rig.call(
    'GET',
    path(before.id, `/wait?state=started&timeout=20&instance_id=${updated.body.instance_id}`),
  );
  expect(wait.body).toMatchObject({ ok: true, state: 'started', version: updated.body.instance_id });
  expect(isAlive(first)).toBe(false);
  const env = JSON.parse(await rig.ask('web', before.id, '/env'));
  expect(env).toMatchObject({ VERSION: 'two' });
  expect(env).not.toHaveProperty('ONLY_BEFORE');
  const versions = (await rig.call('GET', path(before.id, '/versions'))).body;
  expect(versions.map((entry: { version: string }) => entry.version)).toEqual([
    updated.body.instance_id,
    before.instance_id,
  ]);
});

test('an update with another version than the current one gets 409 and changes nothing', async () => {
  await using rig = await FlyRig.start();
  const before = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(before.id);
  const answer = await rig.call('POST', path(before.id), {
    body: { config: serviceConfig(rig.image), current_version: '01OLD' },
  });
  expect(answer.status).toBe(409);
  expect(answer.body.error).toContain('01OLD');
  expect((await rig.get('web', before.id)).instance_id).toBe(before.instance_id);
  expect(rig.pid(before.id)).toBe(pid);
});

test('an update with an unknown image gets 400 and the machine runs on', async () => {
  await using rig = await FlyRig.start();
  const before = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(before.id);
  const image = `registry.test/web@sha256:${'0'.repeat(64)}`;
  const answer = await rig.call('POST', path(before.id), { body: { config: serviceConfig(image) } });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toContain('manifest unknown');
  expect(await rig.get('web', before.id)).toMatchObject({
    state: 'started',
    instance_id: before.instance_id,
  });
  expect(rig.pid(before.id)).toBe(pid);
});

test('an update with skip_launch leaves the machine stopped on the new version', async () => {
  await using rig = await FlyRig.start();
  const before = await rig.machine('web', serviceConfig(rig.image));
  const updated = await rig.call('POST', path(before.id), {
    body: { config: serviceConfig(rig.image), skip_launch: true },
  });
  const wait = await rig.call(
    'GET',
    path(before.id, `/wait?state=stopped&timeout=20&version=${updated.body.instance_id}`),
  );
  expect(wait.status).toBe(200);
  expect(rig.pid(before.id)).toBeNull();
});

test('delete refuses a running machine without force; a destroyed one stays readable with its events', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(id) ?? 0;
  expect((await rig.call('DELETE', path(id))).status).toBe(412);
  expect((await rig.call('DELETE', path(id, '?kill=true'))).status).toBe(200);
  await rig.wait('web', id, 'destroyed');
  expect(isAlive(pid)).toBe(false);
  const machine = await rig.get('web', id);
  expect(machine.state).toBe('destroyed');
  expect(machine.events.some((event: { type: string }) => event.type === 'exit')).toBe(true);
  expect((await rig.call('GET', '/v1/apps/web/machines')).body).toEqual([]);
  expect((await rig.call('GET', '/v1/apps/web/machines?include_deleted=true')).body).toHaveLength(1);
});

test('a machine destroyed in the instant after its creation does not come back', async () => {
  await using rig = await FlyRig.start();
  const created = await rig.call('POST', '/v1/apps/web/machines', {
    body: { config: serviceConfig(rig.image) },
  });
  const { id } = created.body;
  await rig.call('DELETE', path(id, '?force=true'));
  await rig.wait('web', id, 'destroyed');
  // Another machine that went all the way shows that the first would have had the time.
  await rig.machine('web', serviceConfig(rig.image));
  expect((await rig.get('web', id)).state).toBe('destroyed');
  expect(rig.pid(id)).toBeNull();
});

test('an auto_destroy machine leaves its exit code behind', async () => {
  await using rig = await FlyRig.start();
  const job = { image: rig.image, env: { EXIT_CODE: '3' }, auto_destroy: true, restart: { policy: 'no' } };
  const { id } = await rig.machine('web', job, { until: 'destroyed' });
  const exit = (await rig.get('web', id)).events.find((event: { type: string }) => event.type === 'exit');
  expect(exit.request.exit_event).toMatchObject({ exit_code: 3, requested_stop: false, restarting: false });
});

test('a crash loop uses up its retries and ends stopped', async () => {
  await using rig = await FlyRig.start();
  const config = {
    image: rig.image,
    env: { EXIT_CODE: '1' },
    restart: { policy: 'on-failure', max_retries: 2 },
  };
  const { id } = await rig.machine('web', config, { until: 'stopped' });
  const exits = (await rig.get('web', id)).events.filter((event: { type: string }) => event.type === 'exit');
  expect(
    exits.map(
      (event: { request: { exit_event: { restarting: boolean } } }) => event.request.exit_event.restarting,
    ),
  ).toEqual([false, true, true]);
});

test('policy no leaves an exited machine stopped, always starts it again after a clean exit', async () => {
  await using rig = await FlyRig.start();
  const no = await rig.machine('web', serviceConfig(rig.image, { restart: { policy: 'no' } }));
  const always = await rig.machine('web', serviceConfig(rig.image, { restart: { policy: 'always' } }));
  const first = rig.pid(always.id);
  await rig.ask('web', no.id, '/exit/1').catch(() => undefined);
  await rig.ask('web', always.id, '/exit/0').catch(() => undefined);
  await rig.wait('web', no.id, 'stopped');
  await until(() => rig.isReady('web', always.id) && rig.pid(always.id) !== first);
});

test('a command that does not exist exits with 127 and says so in the log', async () => {
  await using rig = await FlyRig.start();
  const config = { image: rig.image, init: { exec: ['/app/bin/nothing'] }, restart: { policy: 'no' } };
  const { id } = await rig.machine('web', config, { until: 'stopped' });
  expect((await rig.get('web', id)).events[0].request.exit_event.exit_code).toBe(127);
  const logs = (await rig.call('GET', '/api/v1/apps/web/logs')).body.data;
  expect(logs.at(-1).attributes.message).toContain('/app/bin/nothing: not found');
});

test('transitions that make no sense get 412 and name the state', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const again = await rig.call('POST', path(id, '/start'));
  expect(again.status).toBe(412);
  expect(again.body.error).toBe('failed_precondition: machine still active, refusing to start');
  await rig.call('POST', path(id, '/stop'));
  await rig.wait('web', id, 'stopped');
  expect((await rig.call('POST', path(id, '/suspend'))).status).toBe(412);
  expect((await rig.call('POST', path(id, '/signal'), { body: { signal: 'SIGUSR1' } })).status).toBe(412);
  expect((await rig.call('POST', path(id, '/stop'))).status).toBe(200);
});

test('wait times out with 408 and says what the machine is instead', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const answer = await rig.call('GET', path(id, '/wait?state=stopped&timeout=1'));
  expect(answer.status).toBe(408);
  expect(answer.body.error).toBe(
    'deadline_exceeded: machine failed to reach desired state, stopped, currently started',
  );
  expect((await rig.call('GET', path(id, '/wait?state=started&timeout=61'))).status).toBe(400);
  expect((await rig.call('GET', path(id, '/wait?state=asleep'))).status).toBe(400);
});

test('wait takes a list, settled, and an event to look back from', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const launch = (await rig.get('web', id)).events.at(-1).id;
  expect((await rig.call('GET', path(id, '/wait?state=stopped,started'))).body.state).toBe('started');
  expect((await rig.call('GET', path(id, '/wait?state=stopped&state=settled'))).body.state).toBe('started');
  await rig.call('POST', path(id, '/stop'));
  await rig.wait('web', id, 'stopped');
  const passed = await rig.call('GET', path(id, `/wait?state=started&from_event_id=${launch}&timeout=1`));
  expect(passed.body).toMatchObject({ ok: true, state: 'started' });
});

test('a wait ends with 404 when the app is deleted meanwhile', async () => {
  await using rig = await FlyRig.start();
  const { id } = await rig.machine('web', serviceConfig(rig.image));
  const pid = rig.pid(id) ?? 0;
  const waiting = rig.call('GET', path(id, '/wait?state=suspended&timeout=20'));
  expect((await rig.call('DELETE', '/v1/apps/web?force=true')).status).toBe(202);
  expect((await waiting).status).toBe(404);
  expect(isAlive(pid)).toBe(false);
  expect((await rig.call('GET', '/v1/apps/web')).status).toBe(404);
});
