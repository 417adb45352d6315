// The page that lists every attack: made of the attacks themselves, which the tests make, so that it is always true.

import { themes } from '../../test/attacks/all.ts'
import type { Attack } from '../../test/attacks/attack.ts'

export const attacksPath = 'tutorial/08-security/attacks.md'

/** The whole page. */
export function attacksPage(): string {
  const all = themes.flatMap(({ attacks }) => attacks)
  return `${[
    '# Attacks, and what stops them',
    [
      `Here are the ${all.length} attacks that \`test/attacks\` makes on this engine. Each is made with all protections, and fails; and without those that`,
      'stop it, and gets through: else its failing would prove nothing. Where several stop it, each of them has stopped it alone.',
      'The page is made of the attacks themselves, by `npm run format`.',
    ].join(' '),
    '[Back to the chapter](README.md)',
    ...themes.flatMap(({ title, attacks }) => [`## ${title}`, tableOf(attacks)]),
  ].join('\n\n')}\n`
}

function tableOf(attacks: readonly Attack[]): string {
  const rows = attacks.map(({ name, cve, tries, stoppedBy, left, shownBy }) => [
    `**${name}**: she${tries.startsWith('as ') ? ',' : ''} ${tries}`,
    cve ?? '',
    stoppedBy.map(({ layer, without }) => `${layer}; off: ${without}`).join('<br>'),
    shownBy ? `${left}<br>Seen by: ${shownBy}` : left,
  ])
  const cells = [
    ['What Mallory does', 'CVE', 'What stops her, and how it is turned off', 'What would be left'],
    ['---', '---', '---', '---'],
    ...rows,
  ]
  return cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}
