import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FileCommandError, parseEnvironmentFile, parseKeyValueFile, parsePathFile } from './file-commands.ts';
import { ProblemMatchers } from './problem-matchers.ts';
import { SecretMasker } from './secret-masker.ts';
import { scriptExtension, shellCommand, ShellError } from './shell-command.ts';
import type { Annotation } from './annotation.ts';
import { StepOutput } from './step-output.ts';
import { parseWorkflowCommand } from './workflow-command.ts';

describe('shells', () => {
  test.each([
    [null, 'bash', ['-e', '/t/a']],
    ['bash', 'bash', ['--noprofile', '--norc', '-eo', 'pipefail', '/t/a']],
    ['sh', 'sh', ['-e', '/t/a']],
    ['python', 'python3', ['/t/a']],
    ['node {0}', 'node', ['/t/a']],
    ['perl -w {0} x', 'perl', ['-w', '/t/a', 'x']],
  ])('%s is started as GitHub starts it', (shell, program, args) => {
    expect(shellCommand(shell, '/t/a')).toMatchObject({ program, args });
  });

  test('those of other systems, and those without a place for the script, are refused', () => {
    expect(() => shellCommand('pwsh', '/t/a')).toThrow(ShellError);
    expect(() => shellCommand('fish', '/t/a')).toThrow("a format string containing '{0}'");
    expect([scriptExtension(null), scriptExtension('python'), scriptExtension('node {0}')]).toEqual([
      '.sh',
      '.py',
      '',
    ]);
  });
});

describe('workflow commands', () => {
  test('have a name, properties and data, unescaped', () => {
    expect(parseWorkflowCommand('  ::Error file=a%2Cb.ts,line=3,title=x%3Ay::one%0Atwo%25')).toEqual({
      name: 'error',
      properties: { file: 'a,b.ts', line: '3', title: 'x:y' },
      data: 'one\ntwo%',
    });
    expect(parseWorkflowCommand('12:00 ##[add-matcher owner=x;y=z]a%0Ab')).toEqual({
      name: 'add-matcher',
      properties: { owner: 'x', y: 'z' },
      data: 'a\nb',
    });
    expect(parseWorkflowCommand('::endgroup::')).toEqual({ name: 'endgroup', properties: {}, data: '' });
  });

  test.each(['plain', 'a ::error::b', ':: error::b', '::error', 'std::vector<int>::size'])(
    '%s is none',
    (line) => {
      expect(parseWorkflowCommand(line)).toBeNull();
    },
  );
});

describe('files that steps write to', () => {
  test('hold values, blocks of lines, and values with signs in them', () => {
    const text = 'a=1\r\nb=x=y<<z\n\nc<<EOF\none\n two=2\nEOF\nd=\ne<<_\n_\n';
    expect([...parseKeyValueFile(text)]).toEqual([
      ['a', '1'],
      ['b', 'x=y<<z'],
      ['c', 'one\n two=2'],
      ['d', ''],
      ['e', ''],
    ]);
  });

  test('whatever is written as a block is read as it was', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/\r|(^|\n)EOF(\n|$)/u.test(text)),
        (value) => {
          expect(parseKeyValueFile(`x<<EOF\n${value}\nEOF\n`).get('x')).toBe(value);
        },
      ),
    );
  });

  test.each(['nothing', 'a<<EOF\nb', '=v', 'a<<'])('%j is refused', (text) => {
    expect(() => parseKeyValueFile(text)).toThrow(FileCommandError);
  });

  test('NODE_OPTIONS is not for later steps; directories come one a line', () => {
    expect(() => parseEnvironmentFile('NODE_OPTIONS=--inspect')).toThrow("Can't store NODE_OPTIONS");
    expect(parsePathFile('/a\n\n/b c\r\n')).toEqual(['/a', '/b c']);
  });
});

describe('masks', () => {
  test('hide a secret as it is, line by line, and as JSON, URLs and base64 write it', () => {
    const masker = new SecretMasker(['line one\nline "two"']);
    expect(masker.mask('a line one b')).toBe('a *** b');
    expect(masker.mask(JSON.stringify('line "two"'))).toBe('"***"');
    expect(masker.mask(encodeURIComponent('line "two"'))).toBe('***');
  });

  test('hide base64 wherever in it the secret stands', () => {
    const secret = 'hunter2-hunter2';
    const masker = new SecretMasker([secret]);
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (before, after) => {
        const shown = masker.mask(Buffer.from(before + secret + after).toString('base64'));
        expect(shown).toContain('***');
        expect(Buffer.from(shown.replaceAll('***', ''), 'base64').toString()).not.toContain(
          secret.slice(2, -2),
        );
      }),
    );
  });

  test('hide what is added from then on, and never the empty text', () => {
    const masker = new SecretMasker(['']);
    expect(masker.mask('a.c')).toBe('a.c');
    masker.add('a.c');
    expect([masker.mask('a.c abc'), masker.holds('abc'), masker.holds('xa.cx')]).toEqual([
      '*** abc',
      false,
      true,
    ]);
  });

  test('no secret is ever in what is shown', () => {
    const secret = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => /[^*\s]/u.test(text) && text === text.trim());
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, text) => {
        const shown = new SecretMasker(secrets).mask(`${text}${secrets.join('')}`).replaceAll('***', '\0');
        for (const one of secrets) expect(shown).not.toContain(one);
      }),
    );
  });
});

describe('what a step prints', () => {
  function output(isDebug = false) {
    const lines: string[] = [];
    const annotations: Annotation[] = [];
    const step = new StepOutput({
      masker: new SecretMasker(['s3cret']),
      write: (line) => lines.push(line),
      annotate: (annotation) => annotations.push(annotation),
      isDebug,
      matchers: new ProblemMatchers('/nowhere'),
    });
    return { step, lines, annotations };
  }

  test('is shown masked, with groups, annotations and hidden debug lines', () => {
    const { step, lines, annotations } = output();
    for (const line of [
      '::group::G',
      's3cret',
      '::endgroup::',
      '::debug::no',
      '::warning file=a.ts,line=2,col=3::of s3cret',
    ])
      step.print(line);
    expect(lines).toEqual(['##[group]G', '***', '##[endgroup]', '##[warning]of ***']);
    expect(annotations).toEqual([
      {
        level: 'warning',
        message: 'of ***',
        title: null,
        path: 'a.ts',
        startLine: 2,
        endLine: 2,
        startColumn: 3,
        endColumn: 3,
      },
    ]);
    const debug = output(true);
    debug.step.print('::debug::yes');
    expect(debug.lines).toEqual(['##[debug]yes']);
  });

  test('is no command between stop-commands and its token', () => {
    const { step, lines, annotations } = output();
    for (const line of ['::stop-commands::t0k', '::error::x', '::t0k::', '::error::y']) step.print(line);
    expect(lines).toEqual(['::error::x', '##[error]y']);
    expect(annotations.map(({ message }) => message)).toEqual(['y']);
  });

  test('is masked from add-mask on', () => {
    const { step, lines } = output();
    for (const line of ['later', '::add-mask::later', 'later']) step.print(line);
    expect(lines).toEqual(['later', '::add-mask::***', '***']);
  });

  test('makes the step fail with commands that are switched off', () => {
    const { step, annotations } = output();
    step.print('::set-env name=a::1');
    expect(step.refusal).toContain('GITHUB_ENV');
    expect(annotations).toHaveLength(1);
  });

  test('has ten annotations of each level at most', () => {
    const { step, annotations, lines } = output();
    for (let count = 0; count < 15; count += 1) step.print('::notice::n');
    expect([annotations.length, lines.length]).toEqual([10, 15]);
  });
});
