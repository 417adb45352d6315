// The number of every system call for every kind of program that these processors run: a filter has to know them all,
// those of 32-bit programs too, for it sees numbers and not names. The engine's own calls are in syscall/numbers.ts.
// The kernel's tables: arch/x86/entry/syscalls/*.tbl, scripts/syscall.tbl (arm64), arch/arm/tools/syscall.tbl; Linux 7.1

import type { Arch } from '../syscall/numbers.ts'

/** A kind of program: a processor, and how its programs count calls. x32 is 64-bit x86 with short pointers. */
export type Abi = 'x86-64' | 'i386' | 'x32' | 'arm64' | 'arm'

//                           x86-64 i386 arm64 arm                                x86-64 i386 arm64 arm
const table = `
accept                         43    -  202    285   munmap                         11   91  215     91
accept4                       288  364  242    366   name_to_handle_at             303  341  264    370
access                         21   33    -     33   nanosleep                      35  162  101    162
acct                          163   51   89     51   newfstatat                    262    -   79      -
add_key                       248  286  217    309   _newselect                      -  142    -    142
adjtimex                      159  124  171    124   nfsservctl                    180  169   42    169
afs_syscall                   183  137    -      -   nice                            -   34    -     34
alarm                          37   27    -      -   oldfstat                        -   28    -      -
arch_prctl                    158  384    -      -   oldlstat                        -   84    -      -
arm_fadvise64_64                -    -    -    270   oldolduname                     -   59    -      -
arm_sync_file_range             -    -    -    341   oldstat                         -   18    -      -
bdflush                         -  134    -    134   olduname                        -  109    -      -
bind                           49  361  200    282   open                            2    5    -      5
bpf                           321  357  280    386   open_by_handle_at             304  342  265    371
break                           -   17    -      -   open_tree                     428  428  428    428
breakpoint                      -    -    - 983041   open_tree_attr                467  467  467    467
brk                            12   45  214     45   openat                        257  295   56    322
cacheflush                      -    -    - 983042   openat2                       437  437  437    437
cachestat                     451  451  451    451   pause                          34   29    -     29
capget                        125  184   90    184   pciconfig_iobase                -    -    -    271
capset                        126  185   91    185   pciconfig_read                  -    -    -    272
chdir                          80   12   49     12   pciconfig_write                 -    -    -    273
chmod                          90   15    -     15   perf_event_open               298  336  241    364
chown                          92  182    -    182   personality                   135  136   92    136
chown32                         -  212    -    212   pidfd_getfd                   438  438  438    438
chroot                        161   61   51     61   pidfd_open                    434  434  434    434
clock_adjtime                 305  343  266    372   pidfd_send_signal             424  424  424    424
clock_adjtime64                 -  405    -    405   pipe                           22   42    -     42
clock_getres                  229  266  114    264   pipe2                         293  331   59    359
clock_getres_time64             -  406    -    406   pivot_root                    155  217   41    218
clock_gettime                 228  265  113    263   pkey_alloc                    330  381  289    395
clock_gettime64                 -  403    -    403   pkey_free                     331  382  290    396
clock_nanosleep               230  267  115    265   pkey_mprotect                 329  380  288    394
clock_nanosleep_time64          -  407    -    407   poll                            7  168    -    168
clock_settime                 227  264  112    262   ppoll                         271  309   73    336
clock_settime64                 -  404    -    404   ppoll_time64                    -  414    -    414
clone                          56  120  220    120   prctl                         157  172  167    172
clone3                        435  435  435    435   pread64                        17  180   67    180
close                           3    6   57      6   preadv                        295  333   69    361
close_range                   436  436  436    436   preadv2                       327  378  286    392
connect                        42  362  203    283   prlimit64                     302  340  261    369
copy_file_range               326  377  285    391   process_madvise               440  440  440    440
creat                          85    8    -      8   process_mrelease              448  448  448    448
create_module                 174  127    -      -   process_vm_readv              310  347  270    376
delete_module                 176  129  106    129   process_vm_writev             311  348  271    377
dup                            32   41   23     41   prof                            -   44    -      -
dup2                           33   63    -     63   profil                          -   98    -      -
dup3                          292  330   24    358   pselect6                      270  308   72    335
epoll_create                  213  254    -    250   pselect6_time64                 -  413    -    413
epoll_create1                 291  329   20    357   ptrace                        101   26  117     26
epoll_ctl                     233  255   21    251   putpmsg                       182  189    -      -
epoll_ctl_old                 214    -    -      -   pwrite64                       18  181   68    181
epoll_pwait                   281  319   22    346   pwritev                       296  334   70    362
epoll_pwait2                  441  441  441    441   pwritev2                      328  379  287    393
epoll_wait                    232  256    -    252   query_module                  178  167    -      -
epoll_wait_old                215    -    -      -   quotactl                      179  131   60    131
eventfd                       284  323    -    351   quotactl_fd                   443  443  443    443
eventfd2                      290  328   19    356   read                            0    3   63      3
execve                         59   11  221     11   readahead                     187  225  213    225
execveat                      322  358  281    387   readdir                         -   89    -      -
exit                           60    1   93      1   readlink                       89   85    -     85
exit_group                    231  252   94    248   readlinkat                    267  305   78    332
faccessat                     269  307   48    334   readv                          19  145   65    145
faccessat2                    439  439  439    439   reboot                        169   88  142     88
fadvise64                     221  250  223      -   recv                            -    -    -    291
fadvise64_64                    -  272    -      -   recvfrom                       45  371  207    292
fallocate                     285  324   47    352   recvmmsg                      299  337  243    365
fanotify_init                 300  338  262    367   recvmmsg_time64                 -  417    -    417
fanotify_mark                 301  339  263    368   recvmsg                        47  372  212    297
fchdir                         81  133   50    133   remap_file_pages              216  257  234    253
fchmod                         91   94   52     94   removexattr                   197  235   14    235
fchmodat                      268  306   53    333   removexattrat                 466  466  466    466
fchmodat2                     452  452  452    452   rename                         82   38    -     38
fchown                         93   95   55     95   renameat                      264  302   38    329
fchown32                        -  207    -    207   renameat2                     316  353  276    382
fchownat                      260  298   54    325   request_key                   249  287  218    310
fcntl                          72   55   25     55   restart_syscall               219    0  128      0
fcntl64                         -  221    -    221   rmdir                          84   40    -     40
fdatasync                      75  148   83    148   rseq                          334  386  293    398
fgetxattr                     193  231   10    231   rseq_slice_yield              471  471  471    471
file_getattr                  468  468  468    468   rt_sigaction                   13  174  134    174
file_setattr                  469  469  469    469   rt_sigpending                 127  176  136    176
finit_module                  313  350  273    379   rt_sigprocmask                 14  175  135    175
flistxattr                    196  234   13    234   rt_sigqueueinfo               129  178  138    178
flock                          73  143   32    143   rt_sigreturn                   15  173  139    173
fork                           57    2    -      2   rt_sigsuspend                 130  179  133    179
fremovexattr                  199  237   16    237   rt_sigtimedwait               128  177  137    177
fsconfig                      431  431  431    431   rt_sigtimedwait_time64          -  421    -    421
fsetxattr                     190  228    7    228   rt_tgsigqueueinfo             297  335  240    363
fsmount                       432  432  432    432   sched_get_priority_max        146  159  125    159
fsopen                        430  430  430    430   sched_get_priority_min        147  160  126    160
fspick                        433  433  433    433   sched_getaffinity             204  242  123    242
fstat                           5  108   80    108   sched_getattr                 315  352  275    381
fstat64                         -  197    -    197   sched_getparam                143  155  121    155
fstatat64                       -  300    -    327   sched_getscheduler            145  157  120    157
fstatfs                       138  100   44    100   sched_rr_get_interval         148  161  127    161
fstatfs64                       -  269    -    267   sched_rr_get_interval_time64    -  423    -    423
fsync                          74  118   82    118   sched_setaffinity             203  241  122    241
ftime                           -   35    -      -   sched_setattr                 314  351  274    380
ftruncate                      77   93   46     93   sched_setparam                142  154  118    154
ftruncate64                     -  194    -    194   sched_setscheduler            144  156  119    156
futex                         202  240   98    240   sched_yield                    24  158  124    158
futex_requeue                 456  456  456    456   seccomp                       317  354  277    383
futex_time64                    -  422    -    422   security                      185    -    -      -
futex_wait                    455  455  455    455   select                         23   82    -      -
futex_waitv                   449  449  449    449   semctl                         66  394  191    300
futex_wake                    454  454  454    454   semget                         64  393  190    299
futimesat                     261  299    -    326   semop                          65    -  193    298
get_kernel_syms               177  130    -      -   semtimedop                    220    -  192    312
get_mempolicy                 239  275  236    320   semtimedop_time64               -  420    -    420
get_robust_list               274  312  100    339   send                            -    -    -    289
get_thread_area               211  244    -      -   sendfile                       40  187   71    187
get_tls                         -    -    - 983046   sendfile64                      -  239    -    239
getcpu                        309  318  168    345   sendmmsg                      307  345  269    374
getcwd                         79  183   17    183   sendmsg                        46  370  211    296
getdents                       78  141    -    141   sendto                         44  369  206    290
getdents64                    217  220   61    217   set_mempolicy                 238  276  237    321
getegid                       108   50  177     50   set_mempolicy_home_node       450  450  450    450
getegid32                       -  202    -    202   set_robust_list               273  311   99    338
geteuid                       107   49  175     49   set_thread_area               205  243    -      -
geteuid32                       -  201    -    201   set_tid_address               218  258   96    256
getgid                        104   47  176     47   set_tls                         -    -    - 983045
getgid32                        -  200    -    200   setdomainname                 171  121  162    121
getgroups                     115   80  158     80   setfsgid                      123  139  152    139
getgroups32                     -  205    -    205   setfsgid32                      -  216    -    216
getitimer                      36  105  102    105   setfsuid                      122  138  151    138
getpeername                    52  368  205    287   setfsuid32                      -  215    -    215
getpgid                       121  132  155    132   setgid                        106   46  144     46
getpgrp                       111   65    -     65   setgid32                        -  214    -    214
getpid                         39   20  172     20   setgroups                     116   81  159     81
getpmsg                       181  188    -      -   setgroups32                     -  206    -    206
getppid                       110   64  173     64   sethostname                   170   74  161     74
getpriority                   140   96  141     96   setitimer                      38  104  103    104
getrandom                     318  355  278    384   setns                         308  346  268    375
getresgid                     120  171  150    171   setpgid                       109   57  154     57
getresgid32                     -  211    -    211   setpriority                   141   97  140     97
getresuid                     118  165  148    165   setregid                      114   71  143     71
getresuid32                     -  209    -    209   setregid32                      -  204    -    204
getrlimit                      97   76  163      -   setresgid                     119  170  149    170
getrusage                      98   77  165     77   setresgid32                     -  210    -    210
getsid                        124  147  156    147   setresuid                     117  164  147    164
getsockname                    51  367  204    286   setresuid32                     -  208    -    208
getsockopt                     55  365  209    295   setreuid                      113   70  145     70
gettid                        186  224  178    224   setreuid32                      -  203    -    203
gettimeofday                   96   78  169     78   setrlimit                     160   75  164     75
getuid                        102   24  174     24   setsid                        112   66  157     66
getuid32                        -  199    -    199   setsockopt                     54  366  208    294
getxattr                      191  229    8    229   settimeofday                  164   79  170     79
getxattrat                    464  464  464    464   setuid                        105   23  146     23
gtty                            -   32    -      -   setuid32                        -  213    -    213
idle                            -  112    -      -   setxattr                      188  226    5    226
init_module                   175  128  105    128   setxattrat                    463  463  463    463
inotify_add_watch             254  292   27    317   sgetmask                        -   68    -      -
inotify_init                  253  291    -    316   shmat                          30  397  196    305
inotify_init1                 294  332   26    360   shmctl                         31  396  195    308
inotify_rm_watch              255  293   28    318   shmdt                          67  398  197    306
io_cancel                     210  249    3    247   shmget                         29  395  194    307
io_destroy                    207  246    1    244   shutdown                       48  373  210    293
io_getevents                  208  247    4    245   sigaction                       -   67    -     67
io_pgetevents                 333  385  292    399   sigaltstack                   131  186  132    186
io_pgetevents_time64            -  416    -    416   signal                          -   48    -      -
io_setup                      206  245    0    243   signalfd                      282  321    -    349
io_submit                     209  248    2    246   signalfd4                     289  327   74    355
io_uring_enter                426  426  426    426   sigpending                      -   73    -     73
io_uring_register             427  427  427    427   sigprocmask                     -  126    -    126
io_uring_setup                425  425  425    425   sigreturn                       -  119    -    119
ioctl                          16   54   29     54   sigsuspend                      -   72    -     72
ioperm                        173  101    -      -   socket                         41  359  198    281
iopl                          172  110    -      -   socketcall                      -  102    -      -
ioprio_get                    252  290   31    315   socketpair                     53  360  199    288
ioprio_set                    251  289   30    314   splice                        275  313   76    340
ipc                             -  117    -      -   ssetmask                        -   69    -      -
kcmp                          312  349  272    378   stat                            4  106    -    106
kexec_file_load               320    -  294    401   stat64                          -  195    -    195
kexec_load                    246  283  104    347   statfs                        137   99   43     99
keyctl                        250  288  219    311   statfs64                        -  268    -    266
kill                           62   37  129     37   statmount                     457  457  457    457
landlock_add_rule             445  445  445    445   statx                         332  383  291    397
landlock_create_ruleset       444  444  444    444   stime                           -   25    -      -
landlock_restrict_self        446  446  446    446   stty                            -   31    -      -
lchown                         94   16    -     16   swapoff                       168  115  225    115
lchown32                        -  198    -    198   swapon                        167   87  224     87
lgetxattr                     192  230    9    230   symlink                        88   83    -     83
link                           86    9    -      9   symlinkat                     266  304   36    331
linkat                        265  303   37    330   sync                          162   36   81     36
listen                         50  363  201    284   sync_file_range               277  314   84      -
listmount                     458  458  458    458   syncfs                        306  344  267    373
listns                        470  470  470    470   _sysctl                       156  149    -    149
listxattr                     194  232   11    232   sysfs                         139  135    -    135
listxattrat                   465  465  465    465   sysinfo                        99  116  179    116
llistxattr                    195  233   12    233   syslog                        103  103  116    103
_llseek                         -  140    -    140   tee                           276  315   77    342
lock                            -   53    -      -   tgkill                        234  270  131    268
lookup_dcookie                212  253   18    249   time                          201   13    -      -
lremovexattr                  198  236   15    236   timer_create                  222  259  107    257
lseek                           8   19   62     19   timer_delete                  226  263  111    261
lsetxattr                     189  227    6    227   timer_getoverrun              225  262  109    260
lsm_get_self_attr             459  459  459    459   timer_gettime                 224  261  108    259
lsm_list_modules              461  461  461    461   timer_gettime64                 -  408    -    408
lsm_set_self_attr             460  460  460    460   timer_settime                 223  260  110    258
lstat                           6  107    -    107   timer_settime64                 -  409    -    409
lstat64                         -  196    -    196   timerfd_create                283  322   85    350
madvise                        28  219  233    220   timerfd_gettime               287  326   87    354
map_shadow_stack              453  453  453    453   timerfd_gettime64               -  410    -    410
mbind                         237  274  235    319   timerfd_settime               286  325   86    353
membarrier                    324  375  283    389   timerfd_settime64               -  411    -    411
memfd_create                  319  356  279    385   times                         100   43  153     43
memfd_secret                  447  447  447      -   tkill                         200  238  130    238
migrate_pages                 256  294  238    400   truncate                       76   92   45     92
mincore                        27  218  232    219   truncate64                      -  193    -    193
mkdir                          83   39    -     39   tuxcall                       184    -    -      -
mkdirat                       258  296   34    323   ugetrlimit                      -  191    -    191
mknod                         133   14    -     14   ulimit                          -   58    -      -
mknodat                       259  297   33    324   umask                          95   60  166     60
mlock                         149  150  228    150   umount                          -   22    -      -
mlock2                        325  376  284    390   umount2                       166   52   39     52
mlockall                      151  152  230    152   uname                          63  122  160    122
mmap                            9   90  222      -   unlink                         87   10    -     10
mmap2                           -  192    -    192   unlinkat                      263  301   35    328
modify_ldt                    154  123    -      -   unshare                       272  310   97    337
mount                         165   21   40     21   uprobe                        336    -    -      -
mount_setattr                 442  442  442    442   uretprobe                     335    -    -      -
move_mount                    429  429  429    429   uselib                        134   86    -     86
move_pages                    279  317  239    344   userfaultfd                   323  374  282    388
mprotect                       10  125  226    125   usr26                           -    -    - 983043
mpx                             -   56    -      -   usr32                           -    -    - 983044
mq_getsetattr                 245  282  185    279   ustat                         136   62    -     62
mq_notify                     244  281  184    278   utime                         132   30    -      -
mq_open                       240  277  180    274   utimensat                     280  320   88    348
mq_timedreceive               243  280  183    277   utimensat_time64                -  412    -    412
mq_timedreceive_time64          -  419    -    419   utimes                        235  271    -    269
mq_timedsend                  242  279  182    276   vfork                          58  190    -    190
mq_timedsend_time64             -  418    -    418   vhangup                       153  111   58    111
mq_unlink                     241  278  181    275   vm86                            -  166    -      -
mremap                         25  163  216    163   vm86old                         -  113    -      -
mseal                         462  462  462    462   vmsplice                      278  316   75    343
msgctl                         71  402  187    304   vserver                       236  273    -    313
msgget                         68  399  186    303   wait4                          61  114  260    114
msgrcv                         70  401  188    302   waitid                        247  284   95    280
msgsnd                         69  400  189    301   waitpid                         -    7    -      -
msync                          26  144  227    144   write                           1    4   64      4
munlock                       150  151  229    151   writev                         20  146   66    146
munlockall                    152  153  231    153
`

/** x32 has the numbers of x86-64, but for these, which it passes in another way. */
const ofX32 = `
rt_sigaction 512   rt_sigreturn 513   ioctl 514   readv 515   writev 516   recvfrom 517   sendmsg 518
recvmsg 519   execve 520   ptrace 521   rt_sigpending 522   rt_sigtimedwait 523   rt_sigqueueinfo 524
sigaltstack 525   timer_create 526   mq_notify 527   kexec_load 528   waitid 529   set_robust_list 530
get_robust_list 531   vmsplice 532   move_pages 533   preadv 534   pwritev 535   rt_tgsigqueueinfo 536
recvmmsg 537   sendmmsg 538   process_vm_readv 539   process_vm_writev 540   setsockopt 541   getsockopt 542
io_setup 543   io_submit 544   execveat 545   preadv2 546   pwritev2 547   _sysctl -   create_module -
epoll_ctl_old -   epoll_wait_old -   get_kernel_syms -   get_thread_area -   nfsservctl -   query_module -
set_thread_area -   uselib -   vserver -
`

/** Calls that only other processors have: a profile may name them, and here they mean nothing. */
const ofOthers = `
  atomic_barrier atomic_cmpxchg_32 cachectl getpagesize multiplexer riscv_flush_icache riscv_hwprobe rtas
  s390_guarded_storage s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr s390_sthyi spu_create
  spu_run subpage_prot swapcontext switch_endian sync_file_range2 syscall sys_debug_setcontext sysmips
  timerfd
`

const columns: Readonly<Record<Abi, number>> = { 'x86-64': 0, x32: 0, i386: 1, arm64: 2, arm: 3 }

/** A call of an x32 program has this bit in its number. asm/unistd.h, __X32_SYSCALL_BIT */
export const x32Bit = 0x40000000

const known = new Map<Abi, ReadonlyMap<string, number>>()

/** The calls of programs of this kind: numbers by name, as the kernel sees them. */
export function callNumbers(abi: Abi): ReadonlyMap<string, number> {
  const before = known.get(abi)
  if (before) return before
  const numbers = new Map<string, number>()
  const bit = abi === 'x32' ? x32Bit : 0
  const note = (name: string, number: string) => {
    if (number === '-') numbers.delete(name)
    else numbers.set(name, Number(number) + bit)
  }
  const words = table.trim().split(/\s+/)
  for (let at = 0; at < words.length; at += 5) note(words[at]!, words[at + 1 + columns[abi]]!)
  if (abi === 'x32') {
    const others = ofX32.trim().split(/\s+/)
    for (let at = 0; at < others.length; at += 2) note(others[at]!, others[at + 1]!)
  }
  known.set(abi, numbers)
  return numbers
}

/** The name of the call with this number, as the kernel sees it; undefined if there is none. */
export function callName(abi: Abi, number: number): string | undefined {
  return callNumbers(abi)
    .entries()
    .find(([, known]) => known === number)?.[0]
}

/** Is there a call of this name, on any processor? */
export function isKnownCall(name: string): boolean {
  const isHere = (Object.keys(columns) as Abi[]).some((abi) => callNumbers(abi).has(name))
  return isHere || ofOthers.trim().split(/\s+/).includes(name)
}

/** What the processor's own programs are. */
export function nativeAbi(processor: Arch): Abi {
  return processor === 'x64' ? 'x86-64' : 'arm64'
}
