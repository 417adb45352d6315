// What a picture looks like. It lies in the picture itself, for GitHub shows that as an image: there the reader's system
// says whether it is dark. A page that has the picture within it can set the properties --diagram-… and decide itself.

const light = {
  ink: '#1f2328',
  line: '#59636e',
  fill: '#818b9814',
  accent: '#0b62c4',
  'accent-fill': '#54aeff2e',
  dim: '#667079',
  'dim-fill': '#818b980a',
}

const dark: typeof light = {
  ink: '#e6edf3',
  line: '#9aa4af',
  fill: '#9198a11c',
  accent: '#58a6ff',
  'accent-fill': '#388bfd33',
  dim: '#8d96a0',
  'dim-fill': '#9198a10d',
}

const properties = (colours: typeof light) =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}:var(--diagram-${name},${colour})`)
    .join(';')

/** Every rule is for the class `diagram` alone, so that it changes nothing else on a page. */
export const style = `
.diagram{${properties(light)};max-width:100%;height:auto}
@media (prefers-color-scheme:dark){.diagram{${properties(dark)}}}
.diagram text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:var(--ink);white-space:pre}
.diagram .title{font:600 14px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.diagram .label{font-weight:600}
.diagram .sign{text-anchor:middle}
.diagram text.accent{fill:var(--accent)}
.diagram text.hidden{fill:var(--dim)}
.diagram rect{fill:var(--fill)}
.diagram rect.accent{fill:var(--accent-fill)}
.diagram rect.hidden{fill:var(--dim-fill)}
.diagram path{fill:none;stroke:var(--line);stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}
.diagram path.accent{stroke:var(--accent);stroke-width:2.2}
.diagram path.hidden{stroke:var(--dim);stroke-dasharray:4 4;stroke-linecap:butt}
.diagram polygon{fill:var(--line)}
.diagram polygon.accent{fill:var(--accent)}
.diagram polygon.hidden{fill:var(--dim)}
`.trim()
