import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import type { ConfigPath } from '../config-path.ts';
import { createTomlLocator } from './locate-toml.ts';

const SOURCE = `# [not] = "this"
app = "x" # y = 1
text = """
[fake]
key = 1\\""""
raw = '''
also = 2'''
"quoted key" = 1
a.b.'c d' = 3

[build]
args = { ONE = "1", "T}O" = "2" }
list = [
  1, # two ]
  { deep = [3, 4] },
]
[[services]]
port = 1
  [[services.checks]]
  path = "/"
[[services]]
  [services.limits]
  soft = 2
[[services.checks]]
[[services.checks]]
  path = "/b"
[mounts]
source = "data"
`;

test.each<[ConfigPath, string]>([
  [['app'], '2:1'],
  [['text'], '3:1'],
  [['raw'], '6:1'],
  [['quoted key'], '8:1'],
  [['a', 'b', 'c d'], '9:1'],
  [['build'], '11:1'],
  [['build', 'args', 'T}O'], '12:21'],
  [['build', 'list', 1, 'deep', 1], '15:16'],
  [['services', 0, 'port'], '18:1'],
  [['services', 0, 'checks', 0, 'path'], '20:3'],
  [['services', 1], '21:1'],
  [['services', 1, 'limits', 'soft'], '23:3'],
  [['services', 1, 'checks', 1, 'path'], '26:3'],
  [['mounts', 0, 'source'], '28:1'],
  [['mounts', 0, 'destination'], '27:1'],
  [['nothing', 'here'], '1:1'],
])('%j stands at %s', (path, expected) => {
  const { line, column } = createTomlLocator(SOURCE).locate(path);
  expect(`${line}:${column}`).toBe(expected);
});

test('finds every key of any document that is valid', () => {
  const document = fc.dictionary(
    fc.string({ minLength: 1 }),
    fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.dictionary(fc.string(), fc.string())),
  );
  fc.assert(
    fc.property(document, (table) => {
      const text = stringify(table);
      const lines = text.split('\n');
      const locator = createTomlLocator(text);
      const found = Object.keys(table).map((key) => locator.locate([key]));
      expect(found.every(({ line }) => line <= lines.length)).toBe(true);
      // Every key stands in a line of its own.
      expect(new Set(found.map(({ line }) => line)).size).toBe(Object.keys(table).length);
    }),
  );
});
