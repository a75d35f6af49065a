import { describe, expect, test } from 'vitest';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

/** The codes and the exit code are what scripts decide by, so they are held here as they come out of the command. */
interface Ending {
  readonly exit: number | null;
  readonly codes: readonly string[];
}

function endingOf({ code, stdout }: CliResult): Ending {
  const codes = [...stdout.matchAll(/"code":\s*"([A-Z_]+)"/g)].map((match) => match[1] ?? '');
  return { exit: code, codes: [...new Set(codes)].toSorted() };
}

async function ending(rig: ProjectRig, ...args: string[]): Promise<Ending> {
  return endingOf(await rig.run(...args, '--json'));
}

/** A project whose config is the tiny one with one text replaced; nothing of it is ever deployed. */
function mistaken(find: string, replace: string): Promise<ProjectRig> {
  const config = tinyConfig();
  if (!config.includes(find)) throw new Error(`the tiny config has no ${find}`);
  return projectRig({ ...tinyProject(), 'glidepath.config.ts': config.replace(find, replace) });
}

describe('a mistake in the config has the code of its kind', () => {
  test.each([
    ['CONFIG_UNKNOWN_KEY', 'port: 8080,', 'port: 8080, prot: 8080,'],
    ['CONFIG_MISSING_KEY', "health: { path: '/health',", 'health: {'],
    ['CONFIG_WRONG_TYPE', 'port: 8080,', "port: '8080',"],
    ['CONFIG_INVALID_VALUE', "sleep: 'never',", "sleep: 'sometimes',"],
    [
      'CONFIG_UNKNOWN_REFERENCE',
      "on: [push('main'), manual()],",
      "on: push('main'), gates: [passed('nowhere')],",
    ],
    ['CONFIG_CONFLICT', "on: [push('main'), manual()],", "on: push('main'), gates: [passed('staging')],"],
  ])('%s', async (code, find, replace) => {
    await using rig = await mistaken(find, replace);
    const { exit, codes } = await ending(rig, 'validate');
    expect(exit).toBe(2);
    expect(codes).toContain(code);
    expect(codes.filter((other) => !['CONFIG_INVALID', code].includes(other))).toEqual([]);
  });
});

describe('what is refused before anything is changed has its code', () => {
  test('a missing token, and a local cloud that does not run', async () => {
    await using rig = await projectRig(tinyProject());
    expect((await ending(rig, 'deploy', 'staging')).codes).toContain('SECRET_MISSING');
    expect(await ending(rig, 'deploy', 'staging', '--local')).toEqual({
      exit: 1,
      codes: ['CLOUD_NOT_RUNNING'],
    });
  });

  test('a gate that does not hold, and a commit that is older than the live one', async () => {
    await using rig = await projectRig(tinyProject({ production: "gates: [passed('staging')]," }));
    await rig.cloudUp();
    expect(await ending(rig, 'deploy', 'production', '--local')).toEqual({
      exit: 4,
      codes: ['GATE_REFUSED'],
    });
    rig.write('server.mjs', `${GOOD_SERVER}\n// newer`);
    await rig.commit('Newer');
    await rig.run('deploy', 'staging', '--local');
    const older = ['deploy', 'staging', '--ref', 'HEAD~1', '--local'];
    expect(await ending(rig, ...older)).toEqual({ exit: 4, codes: ['GATE_NOT_DESCENDANT'] });
  });
});
