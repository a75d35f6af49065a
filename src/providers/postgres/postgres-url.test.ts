import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databaseWords, readPostgresUrl } from './postgres-url.ts';

describe('a Postgres URL', () => {
  test('is read with all its parts', () => {
    const url =
      'postgresql://ada:p%40ss@ep-x.eu.aws.neon.tech/shop?sslmode=require&channel_binding=require&options=endpoint%3Dep-x';
    expect(readPostgresUrl(url)).toEqual({
      host: 'ep-x.eu.aws.neon.tech',
      port: 5432,
      user: 'ada',
      password: 'p@ss',
      database: 'shop',
      sslMode: 'require',
      sslRootCert: null,
      isChannelBindingRequired: true,
      options: 'endpoint=ep-x',
    });
  });

  test.each([
    ['postgres://a@127.0.0.1/b', 'disable'],
    ['postgres://a@[::1]:6000/b', 'disable'],
    ['postgres:///b?host=/run/postgresql&user=a', 'disable'],
    ['postgres://a@db.example.com/b', 'prefer'],
    ['postgres://a@127.0.0.1/b?sslmode=verify-full', 'verify-full'],
  ])('%s asks for TLS as %s', (url, mode) => {
    expect(readPostgresUrl(url).sslMode).toBe(mode);
  });

  test.each([
    ['shop', /not a URL/],
    ['mysql://a:geheim@h/b', /mysql:\/\//],
    ['postgres://h/b', /no user/],
    ['postgres:///b', /no host/],
    ['postgres://a:geheim@h:0/b', /port/],
    ['postgres://a:gehe%im@h/b', /percent-encoded/],
    ['postgres://a:geheim@h/b?sslmode=yes', /sslmode=yes is none of/],
    ['postgres://a:ge#heim@h/b', /percent-encoded|no host|not a URL/],
  ])('%s is refused as DATABASE_URL_INVALID', (url, why) => {
    expect(() => readPostgresUrl(url)).toThrow(expect.objectContaining({ code: 'DATABASE_URL_INVALID' }));
    expect(() => readPostgresUrl(url)).toThrow(why);
  });

  test('never shows its password, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, unit: 'grapheme-ascii' }), (password) => {
        const secret = `QX${password}XQ`;
        let shown = '';
        try {
          shown = databaseWords(readPostgresUrl(`postgres://ada:${secret}@db.example.com/shop`));
        } catch (error) {
          shown = `${String(error)} ${JSON.stringify(error)}`;
        }
        expect(shown).not.toContain(secret);
      }),
    );
  });

  test('is named without user and password', () => {
    expect(databaseWords(readPostgresUrl('postgres://a:b@h/c'))).toBe('c at h:5432');
    expect(databaseWords(readPostgresUrl('postgres://a:b@[::1]:6543'))).toBe('a at [::1]:6543');
  });
});
