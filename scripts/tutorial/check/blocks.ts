// What kinds of blocks a page may have. Code is quoted and commands are run, so that neither can grow old unseen; a kind
// that no check knows could.

import { parseConsole } from '../console.ts'
import type { Code, Page } from '../page.ts'
import { sourceOf } from '../quote.ts'
import type { Fault } from './fault.ts'

const plain = ['sh', 'text', 'json', 'diff']

/** @param kind the tests run the commands of chapters, and code of one's own is for exercises only */
export function blockFaults(page: Page, kind: 'chapter' | 'exercise'): Fault[] {
  return page.codes.flatMap((code) => {
    const text = kind === 'chapter' ? inChapter(code) : inExercise(code)
    return text === undefined ? [] : [{ path: page.path, line: code.line, text }]
  })
}

function inChapter(code: Code): string | undefined {
  if (code.info === 'ts') return 'code is quoted, not typed: write ```ts path/to/file.ts#name.'
  if (/^console( cgroup=v[12])?$/.test(code.info ?? '')) return inConsole(code)
  return inEither(code)
}

function inExercise(code: Code): string | undefined {
  if (/^console\b/.test(code.info ?? ''))
    return 'the tests run no commands of exercises: use ```sh without a prompt, or ```text for what is printed.'
  return code.info === 'ts' ? undefined : inEither(code)
}

function inEither({ info, text }: Code): string | undefined {
  if (info === undefined) return 'an indented block says nothing of its kind: put it between ``` and ```.'
  if (info === 'sh' && /^[$#] \S/m.test(text))
    return 'a block of ```sh has no prompts; ```console has, and its commands are run by the tests.'
  if (plain.includes(info) || sourceOf(info)) return undefined
  return `a block of \`\`\`${info} is none of those that are checked: ts path#name, console, ${plain.join(', ')}.`
}

function inConsole({ info = '', text }: Code): string | undefined {
  try {
    const block = parseConsole(info, text)
    return block?.commands.length === 0 ? 'a console block needs a command.' : undefined
  } catch (error) {
    return `${(error as Error).message}.`
  }
}
