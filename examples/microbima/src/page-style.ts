/** The look of every page: light and dark, readable on a telephone. */
export const stylesheet = `
:root { color-scheme: light dark; --ink: #1c2530; --soft: #5d6b7a; --line: #dfe5ea; --paper: #f6f8f9; --card: #fff; --brand: #0b7a5c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf0; --soft: #93a1af; --line: #2c3742; --paper: #12181e; --card: #1a222a; --brand: #46c79f; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; gap: 2rem; align-items: baseline; padding: 1rem 2rem; background: var(--card); border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; font-size: 1.15rem; color: var(--brand); text-decoration: none; }
nav { display: flex; gap: 1.25rem; }
nav a { color: var(--soft); text-decoration: none; }
nav a:hover, td a:hover { text-decoration: underline; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 2rem; overflow-x: auto; }
h1 { font-size: 1.5rem; margin: 0 0 1.25rem; }
a { color: var(--brand); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 1.5rem; }
.figures div { flex: 1 1 10rem; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.figures strong { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1rem; }
input, select, button { font: inherit; color: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: 7px; background: var(--card); }
input { flex: 1 1 14rem; }
button { background: var(--brand); border-color: var(--brand); color: var(--card); cursor: pointer; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
th, td { padding: .6rem .9rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td a { text-decoration: none; font-weight: 600; }
.badge { padding: .1rem .6rem; border-radius: 99px; font-size: .85rem; background: var(--line); }
.badge.active { background: color-mix(in srgb, var(--brand) 18%, transparent); color: var(--brand); }
dl { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
dl div { display: flex; padding: .65rem 1.25rem; border-bottom: 1px solid var(--line); }
dl div:last-child { border-bottom: 0; }
dt { width: 12rem; color: var(--soft); }
dd { margin: 0; }
.empty { padding: 2rem; text-align: center; color: var(--soft); background: var(--card); border: 1px dashed var(--line); border-radius: 10px; }
footer { max-width: 62rem; margin: 0 auto; padding: 0 2rem 2rem; color: var(--soft); font-size: .85rem; }
`;
