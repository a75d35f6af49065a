import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdownPage } from '../../cloud/github/pages/markdown-page.ts';
import { annotation, groupStart } from './annotations.ts';
import { block, code, link, plain, table } from './markdown.ts';
import { outputLines } from './output-lines.ts';
import { diagnosticAnnotation, inertLine, maskCommands } from './workflow-commands.ts';

/** Anything that people or platforms may write, with the signs that mean something. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '|',
        '\n',
        '\r',
        '<',
        '>',
        '@mona',
        '#1',
        '::error::',
        '%0A',
        '](',
        'https://x',
        '-->',
        ' ',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('Markdown', () => {
  test('a text stays in its cell, mentions nobody and opens no tag', () => {
    fc.assert(
      fc.property(text, (written) => {
        const cell = plain(written);
        expect(cell).not.toMatch(/[\r\n]/);
        expect(cell).not.toMatch(/<(?!\u200B)/);
        expect(cell).not.toMatch(/(^|[^\\])\|/);
        expect(cell).not.toMatch(/@[A-Za-z]/);
        expect(cell).not.toMatch(/#\d/);
        expect(cell).not.toContain('://');
      }),
    );
  });

  test('a text and a code that are written are what the local GitHub shows', () => {
    const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
    const oneLine = (written: string): string => written.replaceAll(/\s+/g, ' ').trim();
    fc.assert(
      fc.property(text, (written) => {
        const page = markdownPage(table(['a', 'b'], [[plain(written), code(written)]])).toString();
        const [first = '', second = ''] = [...page.matchAll(/<td>([\s\S]*?)<\/td>/g)]
          .map(([, cell = '']) => cell.replaceAll(/<\/?code>|\u200B/g, ''))
          .map((cell) => cell.replaceAll(/&([a-z#0-9]+);/g, (_, name: string) => entities[name] ?? '?'));
        const expected = oneLine(written.replaceAll('\u200B', ''));
        expect([first, second]).toEqual([expected, expected]);
      }),
    );
  });

  test('code cannot end itself, nor the table it stands in', () => {
    fc.assert(
      fc.property(text, (written) => {
        const cell = code(written);
        const [fence = ''] = /^`*/.exec(cell) ?? [''];
        const inner = cell.slice(fence.length, cell.length - fence.length);
        const runs = [...inner.matchAll(/`+/g)].map(([ticks]) => ticks.length);
        expect(runs.every((length) => length < fence.length || fence === '')).toBe(true);
        expect(cell).not.toMatch(/(^|[^\\])\|/);
        expect(cell).not.toMatch(/[\r\n]/);
      }),
    );
  });

  test('a block cannot be ended by its lines', () => {
    fc.assert(
      fc.property(fc.array(text), (lines) => {
        const written = block(lines);
        const [fence = ''] = /^`+/.exec(written) ?? [''];
        const inner = written.slice(written.indexOf('\n') + 1, written.lastIndexOf('\n'));
        expect(inner.includes(fence)).toBe(false);
      }),
    );
  });

  test('a link leads to the web or nowhere, and ends where it should', () => {
    expect(link('shop', 'https://shop.fly.dev/a_(b)|c')).toBe('[shop](https://shop.fly.dev/a_%28b%29%7cc)');
    expect(link('shop', 'javascript:alert(1)')).toBe('shop');
    expect(link('shop', null)).toBe('shop');
    expect(link(']', 'https://x.example/')).toBe('[\\]](https://x.example/)');
  });

  test('a table has a line for each row', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});

describe('workflow commands', () => {
  test('are one line whatever stands in them, and come back as they were written', () => {
    const back = (escaped: string): string =>
      escaped
        .replaceAll('%3A', ':')
        .replaceAll('%2C', ',')
        .replaceAll('%0D', '\r')
        .replaceAll('%0A', '\n')
        .replaceAll('%25', '%');
    fc.assert(
      fc.property(text, text, (title, message) => {
        const command = annotation('error', { title }, message);
        expect(command.match(/\n/g)).toHaveLength(1);
        const [, properties = '', data = ''] = /^::error ([^:]*)::(.*)\n$/s.exec(command) ?? [];
        expect(back(data)).toBe(message);
        expect(back(properties)).toBe(`title=${title}`);
        expect(groupStart(title).match(/\n/g)).toHaveLength(1);
      }),
    );
  });

  test('of a mistake in the config name its line', () => {
    const command = diagnosticAnnotation({
      severity: 'error',
      code: 'CONFIG_WRONG_TYPE',
      message: 'regions: a list is meant.',
      hint: 'Write [ "iad" ]',
      location: { file: 'glidepath.config.ts', line: 12, column: 3 },
    });
    expect(command).toBe(
      '::error file=glidepath.config.ts,line=12,title=CONFIG_WRONG_TYPE::regions: a list is meant.%0AWrite [ "iad" ]\n',
    );
  });

  test('are read out of nothing that something else printed', () => {
    fc.assert(
      fc.property(text, (line) => {
        const printed = inertLine(line);
        expect(printed.trimStart().startsWith('::')).toBe(false);
        expect(printed).not.toContain('##[');
        expect(printed).not.toMatch(/[\r\n]/);
      }),
    );
  });

  test('mask a value in all forms in which it may be printed', () => {
    expect(maskCommands('postgres://u:p@ss@h/db')).toBe(
      '::add-mask::postgres://u:p@ss@h/db\n::add-mask::postgres%253A%252F%252Fu%253Ap%2540ss%2540h%252Fdb\n',
    );
    expect(maskCommands('line one\nline two')).toContain('::add-mask::line two\n');
    expect(maskCommands('on')).toBe('');
    fc.assert(
      fc.property(text, (value) => {
        const lines = maskCommands(value).split('\n').slice(0, -1);
        expect(lines.every((line) => /^::add-mask::./.test(line))).toBe(true);
      }),
    );
  });
});

describe('outputs of a step', () => {
  test('are one line each, or fenced by what their value cannot hold', () => {
    expect(outputLines({ release: 'r-1', url: 'https://x.example/?a=b' }, 'end')).toBe(
      'release=r-1\nurl=https://x.example/?a=b\n',
    );
    expect(outputLines({ notes: 'one\nrelease=r-2' }, 'gp-77')).toBe(
      'notes<<gp-77\none\nrelease=r-2\ngp-77\n',
    );
    expect(() => outputLines({ notes: 'one\ngp-77' }, 'gp-77')).toThrow(/delimiter/);
    expect(() => outputLines({ 'a=b': 'x' }, 'end')).toThrow(/cannot be called/);
  });
});
