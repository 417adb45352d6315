/* Makes system calls by their numbers, each in a process of its own, and says what came of them.
 *
 *   calls all KIND FIRST LAST ARGUMENT [NOT...]    every number from FIRST to LAST but those, ARGUMENT in all six places
 *   calls one KIND NUMBER [ARGUMENT...]            one call
 *   calls filter PID                               the filter of that process, in hexadecimal; it needs CAP_SYS_ADMIN
 *
 * KIND is 64, for this processor's own calls; on x86-64 also 32, those of i386, and x32. A line for each call: its number,
 * and its result, or `signal` and the number of the signal that it ended with, or `gone` if it ended without a result.
 *
 * Descriptor 0 is a file in memory here, and no other is open that a call could spoil.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULTS 100

static long own(long number, const long *a) {
#ifdef __x86_64__
  long result;
  register long r10 __asm__("r10") = a[3];
  register long r8 __asm__("r8") = a[4];
  register long r9 __asm__("r9") = a[5];
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#else
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a[0];
  register long x1 __asm__("x1") = a[1];
  register long x2 __asm__("x2") = a[2];
  register long x3 __asm__("x3") = a[3];
  register long x4 __asm__("x4") = a[4];
  register long x5 __asm__("x5") = a[5];
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#endif
}

/* A process of 64 bits may make calls of i386, too: the kernel knows them by the instruction. */
static long of32(long number, const long *a) {
#ifdef __x86_64__
  int result;
  /* the sixth argument would be in rbp, which the compiler wants for itself */
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"((int)number), "b"((int)a[0]), "c"((int)a[1]), "d"((int)a[2]), "S"((int)a[3]), "D"((int)a[4])
                   : "r8", "r9", "r10", "r11", "memory");
  return result;
#else
  return -38;
#endif
}

static void try(const char *kind, long number, const long *arguments) {
  int ends[2];
  if (pipe(ends) != 0) exit(3);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    static const long none[6];
    long result = 0, written[6] = {RESULTS, (long)&result, sizeof result};
    if (dup2(ends[1], RESULTS) != RESULTS) _exit(4);
    if (dup2(memfd_create("calls", 0), 0) != 0) _exit(4);
    close_range(1, RESULTS - 1, 0);
    close_range(RESULTS + 1, ~0U, 0);
    int is32 = strcmp(kind, "32") == 0;
    pid_t self = getpid();
    result = is32 ? of32(number, arguments) : own(strcmp(kind, "x32") == 0 ? number | 0x40000000 : number, arguments);
    /* fork and clone come back twice */
    if (own(SYS_getpid, none) != self) own(SYS_exit_group, none);
    own(SYS_write, written);
    own(SYS_exit_group, none);
  }
  close(ends[1]);
  long result;
  int status;
  int got = read(ends[0], &result, sizeof result) == sizeof result;
  close(ends[0]);
  waitpid(child, &status, 0);
  if (got) printf("%ld %ld\n", number, result);
  else if (WIFSIGNALED(status)) printf("%ld signal %d\n", number, WTERMSIG(status));
  else printf("%ld gone\n", number);
}

/* PTRACE_SECCOMP_GET_FILTER, for a process that has one filter. */
static int show(pid_t pid) {
  static struct sock_filter filter[4096];
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) return 3;
  waitpid(pid, NULL, __WALL);
  long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, filter);
  ptrace(PTRACE_DETACH, pid, 0, 0);
  for (long i = 0; i < length * 8; i++) printf("%02x", ((unsigned char *)filter)[i]);
  return length > 0 ? 0 : 4;
}

int main(int count, char **words) {
  long arguments[6] = {0};
  if (count >= 6 && strcmp(words[1], "all") == 0) {
    for (int i = 0; i < 6; i++) arguments[i] = strtol(words[5], NULL, 0);
    for (long number = strtol(words[3], NULL, 0); number <= strtol(words[4], NULL, 0); number++) {
      int skip = 0;
      for (int i = 6; i < count; i++) skip |= strtol(words[i], NULL, 0) == number;
      if (!skip) try(words[2], number, arguments);
    }
    return 0;
  }
  if (count == 3 && strcmp(words[1], "filter") == 0) return show(atoi(words[2]));
  if (count >= 4 && strcmp(words[1], "one") == 0) {
    for (int i = 4; i < count && i < 10; i++) arguments[i - 4] = (long)strtoul(words[i], NULL, 0);
    try(words[2], strtol(words[3], NULL, 0), arguments);
    return 0;
  }
  fprintf(stderr, "see the first lines of calls.c\n");
  return 2;
}
