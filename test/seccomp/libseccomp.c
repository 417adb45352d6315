/* Compiles rules with libseccomp: what the filters made here are compared with.
 *
 * Standard input, one thing a line, numbers in hexadecimal:
 *   default VERDICT
 *   optimize LEVEL
 *   arch TOKEN                        besides this machine's own
 *   foreign                           without this machine's own
 *   rule VERDICT NAME [INDEX OP VALUE VALUETWO]...
 * Standard output: the filter. Standard error: the names that this libseccomp does not know, which are left out.
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int result, const char *what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, strerror(-result));
  exit(1);
}

int main(void) {
  scmp_filter_ctx filter = NULL;
  char line[4096], name[128];
  while (fgets(line, sizeof line, stdin)) {
    unsigned int verdict, token;
    int used;
    if (sscanf(line, "default %x", &verdict) == 1) {
      filter = seccomp_init(verdict);
      if (!filter) exit(2);
    } else if (sscanf(line, "optimize %x", &token) == 1) {
      must(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, token), line);
    } else if (sscanf(line, "arch %x", &token) == 1) {
      if (!seccomp_arch_exist(filter, token)) continue;
      must(seccomp_arch_add(filter, token), line);
    } else if (strcmp(line, "foreign\n") == 0) {
      must(seccomp_arch_remove(filter, seccomp_arch_native()), line);
    } else if (sscanf(line, "rule %x %127s%n", &verdict, name, &used) == 2) {
      struct scmp_arg_cmp conditions[6];
      unsigned int count = 0, index, op;
      unsigned long long value, two;
      int more;
      while (sscanf(line + used, "%x %x %llx %llx%n", &index, &op, &value, &two, &more) == 4) {
        conditions[count++] = (struct scmp_arg_cmp){index, op, value, two};
        used += more;
      }
      int number = seccomp_syscall_resolve_name(name);
      if (number == __NR_SCMP_ERROR) fprintf(stderr, "unknown %s\n", name);
      else must(seccomp_rule_add_array(filter, verdict, number, count, conditions), line);
    } else {
      fprintf(stderr, "not understood: %s", line);
      return 2;
    }
  }
  must(seccomp_export_bpf(filter, 1), "export");
  return 0;
}
