// npm run workshop, on a terminal: watches the current exercise, checks it whenever it is saved, and does what the keys say.

import { join } from 'node:path'
import type { Book, Exercise } from '../tutorial/book.ts'
import { createPaint } from '../tutorial/terminal/paint.ts'
import { showInTerminal } from '../tutorial/terminal.ts'
import { startChecker } from './checker.ts'
import { allExercises } from './find.ts'
import { onKey } from './keys.ts'
import type { Model } from './model.ts'
import { keepProgress, readProgress, withPassed } from './progress.ts'
import { openScreen } from './screen.ts'
import { stubOf } from './shipped.ts'
import { type View, view } from './view.ts'
import { watchFile } from './watch.ts'

/** What keys can do beyond changing the model. */
export interface Actions {
  readonly open: (exercise: Exercise) => void
  readonly check: () => void
  readonly read: () => void
  readonly quit: () => void
  readonly stop: () => void
}

export function interactive(root: string, book: Book, first: Exercise): Promise<void> {
  const paint = createPaint()
  const checker = startChecker({ root })
  const model: Model = {
    root,
    book,
    exercises: allExercises(book),
    progress: readProgress(root),
    exercise: first,
    page: 'result',
    hint: 0,
    scroll: 0,
  }
  let seen: View = { lines: [], furthest: 0, step: 1 }
  let unwatch = () => {}
  let isRunning = false
  let isStale = false

  return new Promise((resolve) => {
    const draw = () => {
      seen = view(model, screen.size(), paint)
      model.scroll = Math.min(model.scroll, seen.furthest)
      screen.draw(seen.lines)
    }
    const quit = () => {
      clearInterval(clock)
      unwatch()
      checker.stop()
      screen.close()
      resolve()
    }
    const screen = openScreen({
      onResize: draw,
      onEnd: quit,
      onKey: (key) => {
        if (key === 'ctrl-c') return quit()
        if (key === 'ctrl-z') return actions.stop()
        onKey(key, { model, actions, view: seen })
        draw()
      },
    })
    const clock = setInterval(() => {
      if (isStale) checker.hurry()
      if (model.checkingSince !== undefined) draw()
    }, 500)

    const check = async () => {
      if (isRunning) {
        isStale = true
        return
      }
      isRunning = true
      do {
        isStale = false
        model.checkingSince = Date.now()
        draw()
        await checkNow()
      } while (isStale)
      isRunning = false
      model.checkingSince = undefined
      draw()
    }
    const checkNow = async () => {
      const { exercise } = model
      const path = join(root, exercise.folder, 'check.test.ts')
      const outcome = (await checker.check([path])).get(path)
      if (!outcome || isStale || exercise !== model.exercise) return
      model.outcome = outcome
      if (outcome.state !== 'skipped') keep(withPassed(exercise.id, outcome.state === 'passed'))
    }
    const keep = (change: Parameters<typeof keepProgress>[1]) => {
      try {
        model.progress = keepProgress(root, change)
      } catch (error) {
        model.progress = change(model.progress)
        model.note = `This is not remembered: ${(error as Error).message}`
      }
    }
    const open = (exercise: Exercise) => {
      unwatch()
      Object.assign(model, { exercise, outcome: undefined, page: 'result', hint: 0, scroll: 0 })
      model.list = undefined
      keep((progress) => ({ ...progress, current: exercise.id }))
      unwatch = watchFile(join(root, stubOf(exercise)), () => {
        Object.assign(model, { page: 'result', scroll: 0 })
        check()
      })
      check()
    }
    const read = async () => {
      const chapter = book.chapters.find(({ exercises }) => exercises.includes(model.exercise))!
      await screen.suspended(() => showInTerminal(book, chapter.number, { section: model.exercise.section }))
    }
    const stop = () =>
      void screen.suspended(
        () =>
          new Promise((resume) => {
            process.once('SIGCONT', resume)
            // the whole job, npm too: it is our shell that goes on
            process.kill(0, 'SIGTSTP')
          }),
      )
    const actions: Actions = { open, check, read, quit, stop }
    open(first)
  })
}
