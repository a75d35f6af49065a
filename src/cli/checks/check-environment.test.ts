import { expect, test } from 'vitest';
import { checkEnvironment } from './check-environment.ts';

const PLACES = { commandDirectory: '/project/.glidepath/bin', node: '/opt/node/bin/node' };

test('checks have one language, time zone and shell, whatever their caller has', () => {
  const env = {
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    LC_COLLATE: 'de_DE.UTF-8',
    TZ: 'Asia/Kathmandu',
    SHELL: '/bin/fish',
  };
  expect(checkEnvironment({ ...env, PATH: '/usr/bin' }, PLACES)).toEqual({
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    SHELL: '/bin/sh',
    PATH: '/project/.glidepath/bin:/opt/node/bin:/usr/bin',
  });
});

test('tools find themselves and the way out, and no secret comes along', () => {
  const tools = {
    HOME: '/home/ada',
    MIX_HOME: '/mix',
    NVM_DIR: '/nvm',
    https_proxy: 'http://proxy',
    GITHUB_ACTIONS: 'true',
  };
  const given = checkEnvironment({ ...tools, FLY_API_TOKEN: 'secret', NODE_OPTIONS: '--inspect' }, PLACES);
  expect(given).toMatchObject(tools);
  expect(Object.keys(given).sort()).toEqual([...Object.keys(tools), 'LANG', 'PATH', 'SHELL', 'TZ'].sort());
});
