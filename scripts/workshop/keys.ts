// What each key does: on the page of an exercise, and in the list.

import type { Actions } from './interactive.ts'
import { following, listed, type Model } from './model.ts'
import { readProgress } from './progress.ts'
import { reset } from './shipped.ts'
import type { View } from './view.ts'

interface Situation {
  readonly model: Model
  readonly actions: Actions
  readonly view: View
}

type Keys = Readonly<Record<string, (situation: Situation) => void>>

export function onKey(key: string, situation: Situation): void {
  const { model } = situation
  const { question, list } = model
  model.note = undefined
  if (question) {
    model.question = undefined
    if (key.toLowerCase() === 'y') question.yes()
  } else if (!list) pageKeys[key]?.(situation)
  else if (listKeys[key]) listKeys[key](situation)
  else if ([...key].length === 1) search(model, list.query + key)
}

const turn = (model: Model, page: Model['page']) => Object.assign(model, { page, scroll: 0 })
const scroll = ({ model, view }: Situation, by: number) => {
  model.scroll = Math.max(0, Math.min(view.furthest, model.scroll + by))
}
const move = ({ model }: Situation, by: number) => {
  const last = listed(model).length - 1
  model.list!.at = Math.max(0, Math.min(last, model.list!.at + by))
}
const search = (model: Model, query: string) => {
  model.list = { query, at: 0 }
}

const pageKeys: Keys = {
  n: ({ model, actions }) => {
    const next = following(model)
    if (next) actions.open(next)
    else turn(model, 'end')
  },
  p: ({ model, actions }) => {
    const before = model.exercises[model.exercises.indexOf(model.exercise) - 1]
    if (before) actions.open(before)
    else model.note = 'This is the first one.'
  },
  h: ({ model }) => {
    const { length } = model.exercise.hints
    if (model.page === 'hint' && model.hint === length) model.note = 'That was the last hint. s: solution'
    // coming back from elsewhere shows the last one again
    if (model.page === 'hint' || model.hint === 0) model.hint = Math.min(model.hint + 1, length)
    turn(model, 'hint')
  },
  t: ({ model }) => turn(model, 'task'),
  '?': ({ model }) => turn(model, 'keys'),
  s: ({ model }) => {
    const yes = () => turn(model, 'solution')
    if (model.exercise.id in model.progress.passed) yes()
    else model.question = { text: 'Not passed yet. Show the solution?', yes }
  },
  r: ({ model, actions }) => {
    const yes = () => resetOne(model, actions)
    model.question = { text: `Reset ${model.exercise.id}? Yours is kept.`, yes }
  },
  l: ({ model }) => {
    model.list = { query: '', at: model.exercises.indexOf(model.exercise) }
  },
  o: ({ actions }) => actions.read(),
  c: ({ actions }) => actions.check(),
  return: ({ actions }) => actions.check(),
  escape: ({ model }) => turn(model, 'result'),
  up: (situation) => scroll(situation, -1),
  down: (situation) => scroll(situation, 1),
  pageup: (situation) => scroll(situation, -situation.view.step),
  pagedown: (situation) => scroll(situation, situation.view.step),
  ' ': (situation) => scroll(situation, situation.view.step),
  home: (situation) => scroll(situation, Number.NEGATIVE_INFINITY),
  end: (situation) => scroll(situation, Number.POSITIVE_INFINITY),
  q: ({ actions }) => actions.quit(),
}

const listKeys: Keys = {
  escape: ({ model }) => {
    model.list = undefined
  },
  return: ({ model, actions }) => {
    const chosen = listed(model)[model.list!.at]
    if (chosen) actions.open(chosen)
  },
  up: (situation) => move(situation, -1),
  down: (situation) => move(situation, 1),
  pageup: (situation) => move(situation, -10),
  pagedown: (situation) => move(situation, 10),
  backspace: ({ model }) => search(model, [...model.list!.query].slice(0, -1).join('')),
  'ctrl-r': ({ model, actions }) => {
    const yes = () => resetAll(model, actions)
    model.question = { text: 'Reset all exercises? Yours are kept.', yes }
  },
}

function resetOne(model: Model, actions: Actions): void {
  const backup = reset(model.root, model.exercise)
  actions.open(model.exercise)
  model.note = backup ? `Yours is now ${backup}` : 'It is as it was shipped.'
}

function resetAll(model: Model, actions: Actions): void {
  const backups = model.exercises.map((exercise) => reset(model.root, exercise)).filter(Boolean)
  model.progress = readProgress(model.root)
  actions.open(model.exercises[0]!)
  model.note = `${backups.length} were put back; yours are in .workshop/backups`
}
