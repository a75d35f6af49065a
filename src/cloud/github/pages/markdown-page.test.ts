import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markdownPage } from './markdown-page.ts';

const shown = (text: string): string => markdownPage(text).toString();

describe('Markdown of comments and summaries', () => {
  test('is shown with its headings, tables, lists, code and links', () => {
    const text = [
      '<!-- glidepath:deployments -->',
      '### Deployment to staging\\.',
      '',
      '| Environment | Status |',
      '| --- | --- |',
      '| `r-1` | [✅ live](https://example.com/a?b=1&c=2) \\| it |',
      '',
      '1. one',
      '2. **two**',
      '',
      'A line',
      'and another, see https://example.com/x.',
      '- item',
      '```text',
      '<!-- stays --> & <b>',
      '```',
      '<!-- glidepath:rows',
      'aGk= -->',
    ].join('\n');
    expect(shown(text).trim()).toMatchInlineSnapshot(`
      "<h3>Deployment to staging.</h3>

      <table>
      <tr><th>Environment</th><th>Status</th></tr>
      <tr><td><code>r-1</code></td><td><a href="https://example.com/a?b=1&amp;c=2">✅ live</a> | it</td></tr>
      </table>

      <ol><li>one</li>
      <li><strong>two</strong></li></ol>

      <p>A line<br>
      and another, see <a href="https://example.com/x">https://example.com/x</a>.</p>
      <ul><li>item</li></ul>
      <pre>&lt;!-- stays --&gt; &amp; &lt;b&gt;</pre>"
    `);
  });

  test('folds what is folded on GitHub, and the source of a picture', () => {
    const text = [
      '<details><summary>❌ adds &lt;&amp;&gt; up</summary>',
      '',
      '| A |',
      '| --- |',
      '| 1 |',
      '',
      '</details>',
      '',
      '```mermaid',
      'flowchart TD',
      '```',
    ].join('\n');
    const page = shown(text);
    expect(page).toContain('<summary>❌ adds &lt;&amp;&gt; up</summary>');
    expect(page).toMatch(/<details>[\s\S]*<table>[\s\S]*<\/table>[\s\S]*<\/details>/);
    expect(page).toMatch(/<summary>Diagram \(Mermaid\)<\/summary>\s*<pre>flowchart TD<\/pre>/);
  });

  const TAG =
    /<(?!\/?(?:p|br|h[3-6]|table|tr|t[hd]|[uo]l|li|pre|code|strong|details|summary|a(?: href="https?:\/\/[^"]*")?)>)/;
  const written = fc
    .array(
      fc.constantFrom(
        '`',
        '```',
        '|',
        '\n',
        '\r',
        '<',
        '>',
        '<script>',
        '<img src=x onerror=a()>',
        '[a](javascript:b)',
        '[x](',
        'https://x',
        ')',
        '"',
        "'",
        '<!--',
        '-->',
        '<details><summary>',
        '</summary>',
        '</details>',
        '**',
        '# ',
        '- ',
        '\\',
        '&lt;',
        '&',
        '| --- |',
        '| a |\n| --- |\n',
        'a',
        ' ',
      ),
    )
    .map((parts) => parts.join(''));

  test('opens no tag but its own and leads nowhere but to the web, whatever was written', () => {
    fc.assert(
      fc.property(written, (text) => {
        const page = shown(text);
        expect(page).not.toMatch(TAG);
        expect(page).not.toMatch(/href="(?!https?:\/\/)/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('takes no longer for a page that is meant to take long', () => {
    const signs = [
      '<!--',
      '[',
      '**a',
      '`',
      '``` \n',
      '| --- |',
      '-',
      '<details><summary>x</summary>\n',
      '\n',
      '\\|',
    ];
    for (const sign of signs)
      expect(shown(`|a|\n${sign.repeat(Math.floor(30_000 / sign.length))}x`).length).toBeGreaterThan(0);
  });
});
