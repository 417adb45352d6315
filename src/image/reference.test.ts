import { describe, expect, it } from 'vitest'
import { canonical, familiar, parseReference } from './reference.ts'

const hex = 'a'.repeat(64)

describe('names of images', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['alpine:3.20', 'docker.io/library/alpine:3.20', 'alpine:3.20'],
    ['user/app', 'docker.io/user/app:latest', 'user/app:latest'],
    ['index.docker.io/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['docker.io/library/alpine', 'docker.io/library/alpine:latest', 'alpine:latest'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/x', 'localhost:5000/x:latest', 'localhost:5000/x:latest'],
    ['localhost:5000/x:1', 'localhost:5000/x:1', 'localhost:5000/x:1'],
    ['[::1]:5000/x', '[::1]:5000/x:latest', '[::1]:5000/x:latest'],
    ['ghcr.io/a/b', 'ghcr.io/a/b:latest', 'ghcr.io/a/b:latest'],
    [`ghcr.io/a/b:1@sha256:${hex}`, `ghcr.io/a/b@sha256:${hex}`, `ghcr.io/a/b@sha256:${hex}`],
    [`alpine@sha256:${hex}`, `docker.io/library/alpine@sha256:${hex}`, `alpine@sha256:${hex}`],
    ['a/b/c_d.e--f', 'docker.io/a/b/c_d.e--f:latest', 'a/b/c_d.e--f:latest'],
  ])('%s is %s', (text, full, short) => {
    const reference = parseReference(text)
    expect(canonical(reference)).toBe(full)
    expect(familiar(reference)).toBe(short)
    expect(canonical(parseReference(short))).toBe(full)
  })

  it.each([
    ['Alpine', 'invalid reference format: repository name (library/Alpine) must be lowercase'],
    ['ghcr.io/A/b', 'invalid reference format: repository name (A/b) must be lowercase'],
    ['', 'invalid reference format'],
    ['-x', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['../../etc/passwd', 'invalid reference format'],
    ['alpine:', 'invalid reference format'],
    ['alpine:.x', 'invalid reference format'],
    ['b/alpine:1/2', 'invalid reference format'],
    ['alpine@sha256:../../x', 'invalid reference format'],
    [`alpine@sha256:${hex.toUpperCase()}`, 'invalid reference format'],
    ['http://ghcr.io/a', 'invalid reference format'],
    [hex, `invalid repository name (${hex}), cannot specify 64-byte hexadecimal strings`],
    [`x.io/${'a'.repeat(256)}`, 'repository name must not be more than 255 characters'],
  ])('%s is refused as Docker refuses it', (text, message) => {
    expect(() => parseReference(text)).toThrow(new Error(message))
  })
})
