import { expect, test } from 'vitest';
import { printableLine } from './printable-line.ts';

test.each([
  ['\u001B[31mred\u001B[0m and \u001B[1;38;5;200mbright\u001B[m', null],
  ['a\tb ü 漢 🙂', null],
  ['\u001B[2J\u001B[H\u001B[10Aover\u001B[?25l', 'over'],
  ['\u001B]0;a title\u0007after', 'after'],
  ['\u001B]8;;https://example.com\u001B\\link\u001B]8;;\u001B\\', 'link'],
  ['\u001B]52;c;never ended', ''],
  ['\u001BPq#0\u001B\\picture', 'picture'],
  ['\u001Bc\u001B7\u001B(Breset', 'reset'],
  ['one\u0008\u0008two\u0007\u0000', 'onetwo'],
  ['\u009B2Jeight bits\u0085', 'eight bits'],
  ['an escape alone \u001B', 'an escape alone '],
])('%j', (line, printable) => {
  expect(printableLine(line)).toBe(printable ?? line);
});
