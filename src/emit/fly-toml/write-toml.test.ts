import fc from 'fast-check';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { writeToml, type TomlData } from './write-toml.ts';

test('values come before tables, and lists of tables and inner tables get their headers', () => {
  const document = {
    app: 'x',
    http_service: {
      checks: [{ path: '/', headers: { 'X A': 'b' } }, {}],
      internal_port: 8080,
      concurrency: { type: 'requests' },
    },
    list: [1, [2.5, 'a'], { b: true }],
    empty: {},
    none: [],
  };
  expect(writeToml(document)).toBe(`app = "x"
list = [1, [2.5, "a"], { b = true }]
none = []

[http_service]
  internal_port = 8080

  [[http_service.checks]]
    path = "/"

    [http_service.checks.headers]
      "X A" = "b"

  [[http_service.checks]]

  [http_service.concurrency]
    type = "requests"

[empty]
`);
});

test('any data is read by a parser as what it was', () => {
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value')),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), value), (document) => {
      expect(parse(writeToml(document as TomlData))).toEqual(document);
    }),
  );
});
