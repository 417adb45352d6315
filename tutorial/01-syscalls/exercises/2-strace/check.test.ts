import { expect, it } from 'vitest'
import { lineOf, type Made } from './exercise.ts'

const made = (name: string, args: Made['args'], result = 0): Made => ({ name, args, result })

it('a call has a name, arguments and a result', () => {
  expect(lineOf(made('getpid', [], 4711)), 'a call without arguments').toBe('getpid() = 4711')
  expect(lineOf(made('close', [3])), 'one argument').toBe('close(3) = 0')
  expect(lineOf(made('dup3', [3, -1, 0], 1)), 'three arguments, one of them negative').toBe(
    'dup3(3, -1, 0) = 1',
  )
})

it('a text is in quotation marks', () => {
  expect(lineOf(made('chdir', ['/srv/alice'])), 'a plain text').toBe('chdir("/srv/alice") = 0')
  expect(lineOf(made('chdir', [''])), 'an empty text').toBe('chdir("") = 0')
  expect(lineOf(made('write', [1, 'Hello\n', 6], 6)), 'a newline').toBe('write(1, "Hello\\n", 6) = 6')
  expect(lineOf(made('chdir', ['C:\\say "hi"'])), 'a backslash and quotation marks').toBe(
    'chdir("C:\\\\say \\"hi\\"") = 0',
  )
})

it('Mallory’s file names cannot change your terminal', () => {
  expect(lineOf(made('chdir', ['\x1b[2J'])), 'an escape character is \\33').toBe('chdir("\\33[2J") = 0')
  expect(lineOf(made('chdir', ['a\tb\0\x7f'])), 'a tab, a zero, and 127').toBe('chdir("a\\tb\\0\\177") = 0')
})

it('a long text is cut off', () => {
  const whole = 'x'.repeat(32)
  expect(lineOf(made('chdir', [whole])), '32 characters are shown').toBe(`chdir("${whole}") = 0`)
  expect(lineOf(made('chdir', [`${whole}y`])), 'of 33, the first 32').toBe(`chdir("${whole}"...) = 0`)
  const lines = '\n'.repeat(40)
  expect(lineOf(made('chdir', [lines])), 'a newline is one character, and no half of it is left').toBe(
    `chdir("${'\\n'.repeat(32)}"...) = 0`,
  )
})

it('a list of texts is in brackets', () => {
  expect(lineOf(made('execve', ['/bin/ls', ['ls', '-l'], []])), 'argv and an empty environment').toBe(
    'execve("/bin/ls", ["ls", "-l"], []) = 0',
  )
  expect(
    lineOf(made('execve', ['/bin/sh', ['sh', '-c', 'echo "hi"'], []])),
    'quotation marks in a list',
  ).toBe('execve("/bin/sh", ["sh", "-c", "echo \\"hi\\""], []) = 0')
})

it('the result of another call is what the kernel got', () => {
  const file = made('openat', [-100, '/etc/hostname', 0], 3)
  expect(lineOf(made('read', [file, 64], 6)), 'openat had returned 3').toBe('read(3, 64) = 6')
  const missing = made('openat', [-100, '/nowhere', 0], -2)
  expect(lineOf(made('read', [missing, 64], -9)), 'openat had failed: the kernel got the -2').toBe(
    'read(-2, 64) = -1 EBADF (Bad file descriptor)',
  )
})

it('an error has its name', () => {
  expect(lineOf(made('chdir', ['/nowhere'], -2))).toBe(
    'chdir("/nowhere") = -1 ENOENT (No such file or directory)',
  )
  expect(lineOf(made('chroot', ['/srv'], -1))).toBe('chroot("/srv") = -1 EPERM (Operation not permitted)')
  expect(lineOf(made('sync', [], -200)), 'an error that the list does not have').toBe('sync() = -1 errno 200')
  expect(lineOf(made('sync', [], -4095)), 'the last number that is an error').toBe('sync() = -1 errno 4095')
})

it('a result that looks negative may be an address', () => {
  expect(lineOf(made('mmap', [0, 4096], -4096)), '-4096 is no error').toBe('mmap(0, 4096) = -4096')
  expect(lineOf(made('lseek', [3, 0, 1], 2 ** 40)), 'a large result is a result').toBe(
    'lseek(3, 0, 1) = 1099511627776',
  )
})
