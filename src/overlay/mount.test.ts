import { describe, expect, it } from 'vitest'
import { notation } from '../syscall/trace.ts'
import { overlaySteps } from './mount.ts'

const place = { layersDir: '/layers', upper: '/c/upper', work: '/c/work', target: '/c/root' }
const lines = (layers: string[], more = {}) =>
  overlaySteps({ ...place, layers, ...more }).map(({ call }) => notation(call))
const optionsOf = (layers: string[], more = {}) =>
  String(overlaySteps({ ...place, layers, ...more })[1]?.call.args[4])

describe('the steps that lay layers over each other', () => {
  it('are a change of directory and one mount, with the uppermost layer first', () => {
    expect(lines(['b', 'a'])[0]).toBe('chdir("/layers")')
    expect(optionsOf(['b', 'a'])).toBe(
      'lowerdir=b:a,upperdir=/c/upper,workdir=/c/work,redirect_dir=nofollow,metacopy=off,index=off',
    )
  })

  it('stay one mount for 128 layers', () => {
    const layers = Array.from({ length: 128 }, (_, i) => String(i).padStart(24, '0'))
    expect(lines(layers)).toHaveLength(2)
    expect(optionsOf(layers).length).toBeLessThan(4096)
  })

  it('name the layers one by one when they are more than a page', () => {
    const layers = Array.from({ length: 200 }, (_, i) => String(i).padStart(24, '0'))
    expect(lines(layers).filter((line) => line.includes('lowerdir+'))).toHaveLength(200)
  })

  it('escape what has a meaning in the options', () => {
    expect(optionsOf(['a:b,c'], { upper: '/x,y\\z' })).toMatch(/^lowerdir=a\\:b\\,c,upperdir=\/x\\,y\\\\z,/)
  })

  it('never trust a layer, and wait for the disk unless told not to', () => {
    expect(optionsOf(['a'])).not.toContain('volatile')
    expect(optionsOf(['a'], { volatile: true })).toMatch(/,index=off,volatile$/)
  })

  it('give all files one label of SELinux, in quotes, if there is one', () => {
    const label = 'system_u:object_r:container_file_t:s0:c1,c2'
    expect(optionsOf(['a'], { label })).toMatch(
      /,index=off,context="system_u:object_r:container_file_t:s0:c1,c2"$/,
    )
  })

  it('are a bind mount when there is no layer', () => {
    expect(lines([])).toEqual(['mount("/c/upper", "/c/root", "", MS_BIND, NULL)'])
  })

  it('each say why, once a thought', () => {
    expect(
      overlaySteps({ ...place, layers: ['a'] }).every(({ chapter, why }) => chapter === 5 && why !== ''),
    ).toBe(true)
  })
})
