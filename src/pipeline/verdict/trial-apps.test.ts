import { describe, expect, test } from 'vitest';
import type { EnvValue, ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import { appsToTry, databasesOf, trialName } from './trial-apps.ts';

const url = (app: string): EnvValue => ({ kind: 'url-of', app });
const data = (database: string): EnvValue => ({ kind: 'database-url', database });

function app(name: string, ...values: EnvValue[]): ResolvedApp {
  const env = Object.fromEntries(values.map((value, index) => [`V${index}`, value]));
  return { name, env, database: null } as unknown as ResolvedApp;
}

function tried(apps: readonly ResolvedApp[], smoke: readonly EnvValue[] = []): readonly string[] {
  const env = Object.fromEntries(smoke.map((value, index) => [`S${index}`, value]));
  const environment = { apps, smoke: { env } } as unknown as ResolvedEnvironment;
  return appsToTry(environment, 'main').map(({ name }) => name);
}

describe('the apps that are tried together', () => {
  test('are those that use the database, and whoever asks them', () => {
    expect(tried([app('web', data('main')), app('front', url('web')), app('docs')])).toEqual([
      'web',
      'front',
    ]);
    expect(tried([app('web', data('main')), app('front', url('middle')), app('middle', url('web'))])).toEqual(
      ['web', 'front', 'middle'],
    );
  });

  test('are whatever they or the smoke test ask that has a database itself: nobody may write to a real one', () => {
    const apps = [
      app('web', data('main'), url('bills'), url('render')),
      app('bills', data('money')),
      app('render'),
    ];
    expect(tried(apps)).toEqual(['web', 'bills']);
    expect(tried([app('web', data('main')), app('bills', data('money'))], [url('bills')])).toEqual([
      'web',
      'bills',
    ]);
    expect(databasesOf(apps)).toEqual(['main', 'money']);
  });

  test('are none where nobody uses the database', () => {
    expect(tried([app('web'), app('bills', data('money'))], [url('bills')])).toEqual([]);
  });
});

test('a throw-away name is short enough for a host, and never that of the app', () => {
  expect(trialName('shop-web', 'abc')).toBe('shop-web-trial-abc');
  const long = trialName(`${'x'.repeat(46)}-${'y'.repeat(20)}`, 'abcdefghijk');
  expect(long.length).toBeLessThanOrEqual(63);
  expect(long).toMatch(/^x+-trial-abcdefghijk$/);
});
