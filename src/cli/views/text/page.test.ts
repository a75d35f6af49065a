import { expect, test } from 'vitest';
import { renderPage } from './page.ts';

const PAGE = `# CODE: What happened

A sentence that is broken
in the file, with a [link](../guide/x.md).

**Why**

- One reason that is
  broken as well.
- Another one.

\`\`\`
✗ as it stands   here
\`\`\`
`;

test('a page for a terminal is as wide as it, and code stands as it is', () => {
  expect(renderPage(PAGE, { color: false, width: 40 })).toBe(`CODE: What happened

A sentence that is broken in the file,
with a link.

Why

- One reason that is broken as well.
- Another one.

    ✗ as it stands   here
`);
});
