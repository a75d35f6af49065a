import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from './line-splitter.ts';

function split(
  chunks: readonly Buffer[],
  options: { charsMax?: number; redact?: (text: string) => string } = {},
): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter({ onLine: (line) => lines.push(line), ...options });
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

/** Cuts bytes at drawn places. */
function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

test('however bytes arrive, the lines are those of the text', () => {
  const part = fc.constantFrom('a', 'ü', '漢', '🦉', '\n', '\r\n', '\r', 'word');
  fc.assert(
    fc.property(fc.array(part), fc.array(fc.nat()), (parts, cuts) => {
      const text = parts.join('');
      const expected = text.split(/\r\n|\n|\r/);
      if (expected.at(-1) === '') expected.pop();
      expect(split(cutAt(Buffer.from(text), cuts))).toEqual(expected);
    }),
  );
});

test('bytes that are no text stay a line, and the last line needs no line break', () => {
  expect(split([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from('end')])).toEqual(['\uFFFD\uFFFD', 'end']);
});

test('a line without an end is told in pieces, whole, and never held whole', () => {
  const chunk = Buffer.alloc(1000, 'x');
  const lines = split(
    Array.from({ length: 100 }, () => chunk),
    { charsMax: 4000 },
  );
  expect(lines.join('')).toBe('x'.repeat(100_000));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(5000);
  expect(lines.length).toBeGreaterThan(10);
});

test('a secret in a line that is told in pieces is masked wherever the pieces are cut', () => {
  const secret = 'tell-nobody-of-this';
  const redact = (text: string): string => text.replaceAll(secret, '***');
  fc.assert(
    fc.property(fc.nat(3000), fc.array(fc.nat(), { maxLength: 30 }), (before, cuts) => {
      const bytes = Buffer.from(`${'x'.repeat(before)}${secret}${'y'.repeat(3000)}\n`);
      const lines = split(cutAt(bytes, cuts), { charsMax: 500, redact });
      const told = lines.map(redact).join('');
      expect(told).not.toContain('nobody');
      expect(told.replaceAll(/[xy]/g, '')).toBe('***');
    }),
  );
});
