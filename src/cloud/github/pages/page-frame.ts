import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { FileChange } from '../git/diff-files.ts';

/** Text in which whatever came from outside is escaped. */
export type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A page for people: a title and what it shows, readable on every screen and without any script. */
export function pageFrame(title: string, body: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          body {
            font:
              16px/1.5 system-ui,
              sans-serif;
            margin: 2rem auto;
            max-width: 60rem;
            padding: 0 1rem;
          }
          table {
            border-collapse: collapse;
            width: 100%;
          }
          th {
            text-align: left;
          }
          td,
          th {
            border-top: 1px solid #8884;
            padding: 0.3rem 1rem 0.3rem 0;
            vertical-align: top;
          }
          pre {
            background: #8881;
            overflow: auto;
            padding: 0.5rem;
            white-space: pre-wrap;
          }
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`;
}

/** Rows under a heading; nothing at all when there are none. */
export function section(heading: string, rows: readonly Page[]): Page {
  if (rows.length === 0) return html``;
  return html`<h2>${heading}</h2>
    <table>
      ${rows}
    </table>`;
}

/** How files changed, each with its lines. */
export function fileDiffs(files: readonly FileChange[]): readonly Page[] {
  return files.map(
    ({ path, status, additions, deletions, patch }) =>
      html`<h2>${path}</h2>
        <p>${status}, +${additions} −${deletions}</p>
        <pre>${patch ?? ''}</pre>`,
  );
}
