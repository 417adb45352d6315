// gocker doctor: what this machine can and cannot do for containers, chapter by chapter, with the reason and the
// remedy. Changes nothing that stays. Exit status 0 if containers can run here, 1 if not.

import { Command } from 'commander'
import { UserError } from '../container/user-error.ts'
import { cgroupChecks } from './doctor-cgroups.ts'
import { chapterVerdicts, lastWord } from './doctor-chapters.ts'
import { allRuns, type Check, type Examined, examine, thisHost, type Verdict } from './doctor-check.ts'
import { machineChecks } from './doctor-machine.ts'
import { namespaceChecks } from './doctor-namespaces.ts'
import { networkChecks } from './doctor-network.ts'
import { securityChecks } from './doctor-security.ts'
import { storageChecks } from './doctor-storage.ts'
import { supervisorChecks } from './doctor-supervisor.ts'
import { terminalChecks } from './doctor-terminal.ts'
import { coloured } from './print.ts'

export const checks: readonly Check[] = [
  ...machineChecks,
  ...namespaceChecks,
  ...cgroupChecks,
  ...storageChecks,
  ...networkChecks,
  ...securityChecks,
  ...supervisorChecks,
  ...terminalChecks,
]

const chapters: Readonly<Record<number, string>> = {
  1: 'the machine and its system calls',
  2: 'a root file system',
  3: 'namespaces',
  4: 'control groups',
  5: 'layers',
  6: 'images',
  7: 'network',
  8: 'rights',
  10: 'who stays for the container',
  11: 'the terminal',
}

export function command(): Command {
  return new Command('doctor')
    .description('Say what this machine can and cannot do for containers')
    .usage('[OPTIONS]')
    .option('-f, --format <string>', "'json', for programs")
    .action(doctor)
}

async function doctor({ format }: { format?: string }): Promise<void> {
  if (format !== undefined && format !== 'json') {
    throw new UserError(`unknown format: ${format}\nThere is json, and without --format a text.`, 125)
  }
  const host = thisHost()
  const results = checks.map((check) => examine(check, host))
  const runs = allRuns(results)
  if (format === 'json')
    coloured(JSON.stringify({ runs, chapters: chapterVerdicts(results), checks: results }))
  else await show(results, runs)
  process.exitCode = runs ? 0 : 1
}

const marks: Readonly<Record<Verdict, string>> = { good: '✔', weak: '!', bad: '✘', unseen: '?' }

async function show(results: readonly Examined[], runs: boolean): Promise<void> {
  const { bold, cyan, dim, green, red, yellow } = (await import('chalk')).default
  const paint = { good: green, weak: yellow, bad: red, unseen: dim }
  const width = Math.max(...results.map(({ name }) => name.length)) + 2
  let before = 0
  for (const { chapter, name, verdict, found, remedy } of results) {
    if (chapter !== before) coloured(cyan(`\nchapter ${chapter}: ${chapters[chapter]}`))
    before = chapter
    coloured(`  ${paint[verdict](marks[verdict])} ${name.padEnd(width)}${found}`)
    if (remedy !== undefined) coloured(dim(`    ${' '.repeat(width)}${remedy}`))
  }
  const weaknesses = results.filter(({ verdict }) => verdict === 'weak').length
  coloured(
    bold(
      runs
        ? `\nContainers can run here${weaknesses === 0 ? '.' : `; mind what is marked with ${marks.weak}`}`
        : `\nContainers cannot run here: see what is marked with ${marks.bad}`,
    ),
  )
  coloured(lastWord(chapterVerdicts(results), results))
}
