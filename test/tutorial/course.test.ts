// The course as a whole: it is all there, and nothing is wrong with it.

import { expect, it } from 'vitest'
import { home, readBook } from '../../scripts/tutorial/book.ts'
import { printFaults } from '../../scripts/tutorial/check/fault.ts'
import { checkCourse } from '../../scripts/tutorial/check.ts'
import { parsePage } from '../../scripts/tutorial/page.ts'

it('has these chapters, one for each program', () => {
  expect(readBook().chapters.map(({ slug }) => slug)).toEqual([
    '01-syscalls',
    '02-chroot',
    '03-namespaces',
    '04-cgroups',
    '05-overlay',
    '06-images',
    '07-network',
    '08-security',
    '09-gocker',
    '10-supervisor',
    '11-terminal',
  ])
})

it('has at least 25 exercises, and some that need no root and no Linux', () => {
  const exercises = readBook().chapters.flatMap((chapter) => chapter.exercises)
  expect(exercises.length).toBeGreaterThanOrEqual(25)
  expect(exercises.filter(({ needs }) => needs === 'nothing').length).toBeGreaterThanOrEqual(9)
})

it('has at least two diagrams in each chapter', () => {
  for (const { path, markdown } of readBook().chapters) {
    const pictures = parsePage(path, markdown).links.filter(({ isImage }) => isImage)
    expect(new Set(pictures.map(({ href }) => href)).size, path).toBeGreaterThanOrEqual(2)
  }
})

it('has no fault that the check finds', () => {
  expect(printFaults(checkCourse(home))).toBe('')
})
