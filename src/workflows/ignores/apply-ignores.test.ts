import { describe, expect, test } from 'vitest';
import { lintFiles } from '../lint-files.ts';

const STEPS = [
  '      - uses: actions/checkout@v7',
  '        with:',
  '          persist-credentials: false',
  '      - uses: actions/setup-node@v7',
];

interface Looked {
  readonly found: readonly string[];
  readonly ignored: readonly string[];
}

function looked(path: string, text: string, isPedantic = false): Looked {
  const [report] = lintFiles([{ path, text }], { isPedantic });
  const wanted = ['unpinned-uses', 'fly-releases-rollback', 'fly-kill-timeout'];
  return {
    found: (report?.findings ?? [])
      .filter(({ rule }) => wanted.includes(rule) || rule.startsWith('ignore-'))
      .map(({ rule, line, message }) =>
        rule.startsWith('ignore-') ? `${rule}:${line} ${message}` : `${rule}:${line}`,
      ),
    ignored: (report?.ignored ?? []).map(
      ({ finding, reason }) => `${finding.rule}:${finding.line} ${reason}`,
    ),
  };
}

const workflow = (lines: readonly string[]): Looked =>
  looked(
    '.github/workflows/a.yml',
    `on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n${lines.join('\n')}\n`,
  );

describe('a directive reaches', () => {
  test('the step below it', () => {
    const { found, ignored } = workflow(['      # glidepath-ignore unpinned-uses: a fork of ours', ...STEPS]);
    expect(found).toEqual(['unpinned-uses:12']);
    expect(ignored).toEqual(['unpinned-uses:9 a fork of ours']);
  });

  test('the line behind whose end it stands', () => {
    const [first = '', ...others] = STEPS;
    expect(workflow([`${first} # glidepath-ignore unpinned-uses: ours`, ...others])).toEqual({
      found: ['unpinned-uses:11'],
      ignored: ['unpinned-uses:8 ours'],
    });
  });

  test('everything that is indented deeper below', () => {
    const text = `on: push\npermissions: {}\njobs:\n  # glidepath-ignore unpinned-uses: all ours\n  a:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    steps:\n${STEPS.join('\n')}\n`;
    expect(looked('.github/workflows/a.yml', text).found).toEqual([]);
  });

  test('the whole file where it says so, and other kinds of files', () => {
    expect(workflow([...STEPS, '      # glidepath-ignore-file unpinned-uses: all ours']).found).toEqual([]);
    const toml = '# glidepath-ignore fly-kill-timeout: it holds no work\napp = "shop-worker"\n';
    expect(looked('fly.toml', toml)).toEqual({ found: [], ignored: ['fly-kill-timeout:2 it holds no work'] });
    const document =
      '<!-- glidepath-ignore fly-releases-rollback: says that there is none -->\nThere is no `fly releases rollback`.\n\nNor `fly releases rollback -a x`.\n';
    expect(looked('docs/a.md', document).found).toEqual(['fly-releases-rollback:4']);
  });
});

describe('a directive is found fault with', () => {
  test.each([
    [
      '# glidepath-ignore unpinned-uses',
      'ignore-without-reason:8 The directive gives no reason, so it counts for nothing.',
    ],
    [
      '# glidepath-ignore unpinned-use: why',
      'ignore-unknown:8 There is no rule unpinned-use. Did you mean unpinned-uses?',
    ],
    ['# glidepath-ignore: why', 'ignore-unknown:8 The directive names no rule.'],
    [
      '# glidepath-ignroe unpinned-uses: why',
      'ignore-unknown:8 glidepath-ignroe is no directive. Did you mean glidepath-ignore?',
    ],
    [
      '# glidepath-ignore artipacked: why',
      'ignore-unused:8 The directive leaves nothing out: artipacked finds nothing below it.',
    ],
  ])('%s', (comment, fault) => {
    const { found, ignored } = workflow([`      ${comment}`, ...STEPS]);
    expect(found).toContain(fault);
    expect(found).toContain('unpinned-uses:9');
    expect(ignored).toEqual([]);
  });

  test('but prose about Glidepath and the checksum of a generated file are no directives', () => {
    expect(
      workflow(['      # Glidepath runs this.', '      # glidepath-checksum: sha256:00', ...STEPS]).found,
    ).toEqual(['unpinned-uses:10', 'unpinned-uses:13']);
  });

  test('nor is what a document shows, or the checksum above a generated one', () => {
    const document = [
      '<!-- glidepath-checksum: sha256:00 -->',
      'Write `<!-- glidepath-ignore fly-kill-timeout -->`, or:',
      '',
      '```md',
      '<!-- glidepath-ignroe fly-releases-rollback: why -->',
      '```',
      '<!-- glidepath-ignroe fly-releases-rollback: why -->',
    ];
    expect(looked('docs/a.md', document.join('\n')).found).toEqual([
      'ignore-unknown:7 glidepath-ignroe is no directive. Did you mean glidepath-ignore?',
    ]);
  });

  test('and one for a pedantic rule is called unused only where that rule was looked for', () => {
    const text =
      '# glidepath-ignore-file concurrency-limits: the runner has a queue\non: push\npermissions: {}\njobs: {}\n';
    const unused =
      'ignore-unused:1 The directive leaves nothing out: concurrency-limits finds nothing in this file.';
    const held = `${text}concurrency: { group: one, cancel-in-progress: true }\n`;
    expect(looked('.github/workflows/a.yml', held).found).toEqual([]);
    expect(looked('.github/workflows/a.yml', held, true).found).toEqual([unused]);
  });
});
