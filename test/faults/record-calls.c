/*
 * Loaded into a process by LD_PRELOAD, this writes down each call that changes files below a folder, in the order in
 * which they happened, and does one thing at one of them: ends the process before or after it, or fails it.
 *
 *   MILLRACE_FAULTS_ROOT   the folder, absolute
 *   MILLRACE_FAULTS_LOG    the record: lines as `read-calls.ts` reads them, each followed by the bytes that it tells of
 *   MILLRACE_FAULTS_ACT    `kill-before <n>`, `kill-after <n>` or `fail <n> <errno>`; the first call is 1
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { most_fds = 4096, longest_path = 4096 };

static char root[longest_path];
static size_t root_length;
static int record = -1;
static long act_at;
static int act_error;
static enum { act_none, act_kill_before, act_kill_after, act_fail } act;
static long calls;
/* Of the files below the folder that are open, which inode; 0 for others. */
static ino_t inodes[most_fds];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("MILLRACE_FAULTS_ROOT");
  const char *file = getenv("MILLRACE_FAULTS_LOG");
  const char *what = getenv("MILLRACE_FAULTS_ACT");
  if (folder == NULL || file == NULL) return;
  root_length = strlen(folder);
  memcpy(root, folder, root_length + 1);
  int low = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (low < 0) return;
  record = fcntl(low, F_DUPFD_CLOEXEC, 900);
  syscall(SYS_close, low);
  if (what == NULL) return;
  if (sscanf(what, "kill-before %ld", &act_at) == 1) act = act_kill_before;
  else if (sscanf(what, "kill-after %ld", &act_at) == 1) act = act_kill_after;
  else if (sscanf(what, "fail %ld %d", &act_at, &act_error) == 2) act = act_fail;
}

static void say(const void *bytes, size_t length, const char *format, ...) {
  char line[3 * longest_path];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  /* A run's processes write one record: what one says must not come between another's line and its bytes. */
  struct iovec pieces[2] = {{line, (size_t)size}, {(void *)bytes, length}};
  long written = syscall(SYS_writev, record, pieces, length > 0 ? 2 : 1);
  if (written != (long)(length > 0 ? (size_t)size + length : (size_t)size)) abort();
}

/* The path, absolute, if it is below the folder. Links above it are none of ours. */
static int is_below(int folder, const char *path, char *absolute) {
  if (record < 0 || path == NULL) return 0;
  if (path[0] == '/') {
    if (strlen(path) >= longest_path) return 0;
    strcpy(absolute, path);
  } else {
    char base[longest_path];
    if (folder == AT_FDCWD) {
      if (getcwd(base, sizeof base) == NULL) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    if (snprintf(absolute, longest_path, "%s/%s", base, path) >= longest_path) return 0;
  }
  return strncmp(absolute, root, root_length) == 0 && (absolute[root_length] == '/' || absolute[root_length] == 0);
}

/* libuv closes without libc: a number may be another file's by now. */
static ino_t inode_of(int fd) {
  struct stat about;
  if (fd < 0 || fd >= most_fds || inodes[fd] == 0) return 0;
  if (fstat(fd, &about) != 0 || about.st_ino != inodes[fd]) inodes[fd] = 0;
  return inodes[fd];
}

/* Called with the lock held, before a call. Returns whether it is to fail. */
static int before(void) {
  calls++;
  if (act == act_none || calls != act_at) return 0;
  if (act == act_kill_before) syscall(SYS_kill, getpid(), SIGKILL);
  if (act != act_fail) return 0;
  errno = act_error;
  say(NULL, 0, "failed %d\n", act_error);
  return 1;
}

static void after(void) {
  if (act == act_kill_after && calls == act_at) syscall(SYS_kill, getpid(), SIGKILL);
}

/* A call that changes something: `is_ours` decides, `tell` says what was done. */
#define CALL(type, is_ours, perform, succeeded, tell) \
  if (record < 0 || !(is_ours)) return perform; \
  pthread_mutex_lock(&lock); \
  type result = -1; \
  if (!before()) { \
    result = perform; \
    int kept = errno; \
    if (succeeded) tell; \
    after(); \
    errno = kept; \
  } \
  pthread_mutex_unlock(&lock); \
  return result

static ino_t inode_at(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 ? about.st_ino : 0;
}

static int open_recorded(int folder, const char *path, int flags, mode_t mode, const char *absolute) {
  pthread_mutex_lock(&lock);
  int is_new = (flags & O_CREAT) && inode_at(absolute) == 0;
  int changes = is_new || (flags & O_TRUNC);
  int fd = -1;
  if (!changes || !before()) {
    fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    int kept = errno;
    struct stat about;
    if (fd >= 0 && fd < most_fds) inodes[fd] = 0;
    if (fd >= 0 && fd < most_fds && fstat(fd, &about) == 0) {
      inodes[fd] = about.st_ino;
      if (is_new) say(NULL, 0, "create %lu %s\n", (unsigned long)about.st_ino, absolute);
      else if (flags & O_TRUNC) say(NULL, 0, "truncate %lu 0\n", (unsigned long)about.st_ino);
    }
    if (changes) after();
    errno = kept;
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define OPEN(folder) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode = (mode_t)va_arg(arguments, int); \
    va_end(arguments); \
  } \
  char absolute[longest_path]; \
  if (is_below(folder, path, absolute)) return open_recorded(folder, path, flags, mode, absolute); \
  return (int)syscall(SYS_openat, folder, path, flags, mode)

int open(const char *path, int flags, ...) { OPEN(AT_FDCWD); }
int open64(const char *path, int flags, ...) { OPEN(AT_FDCWD); }
int openat(int folder, const char *path, int flags, ...) { OPEN(folder); }
int openat64(int folder, const char *path, int flags, ...) { OPEN(folder); }
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd == record) return 0;
  if (fd >= 0 && fd < most_fds) inodes[fd] = 0;
  return real(fd);
}

/* Where a write without an offset goes. */
static long long position(int fd) {
  if (fcntl(fd, F_GETFL) & O_APPEND) {
    struct stat about;
    return fstat(fd, &about) == 0 ? (long long)about.st_size : 0;
  }
  return (long long)lseek(fd, 0, SEEK_CUR);
}

static void told(int fd, long long offset, const void *bytes, ssize_t length) {
  if (fd == 1) say(bytes, (size_t)length, "print %ld\n", (long)length);
  else say(bytes, (size_t)length, "write %lu %lld %ld\n", (unsigned long)inode_of(fd), offset, (long)length);
}

/* What is printed is no change of a file: it is recorded, and doesn't count. */
#define PRINTED(perform, tell) \
  if (fd == 1 && record >= 0) { \
    pthread_mutex_lock(&lock); \
    ssize_t result = perform; \
    int kept = errno; \
    if (result > 0) tell; \
    errno = kept; \
    pthread_mutex_unlock(&lock); \
    return result; \
  }

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  PRINTED(real(fd, bytes, length), told(fd, 0, bytes, result))
  long long offset = record >= 0 && inode_of(fd) ? position(fd) : 0;
  CALL(ssize_t, inode_of(fd), real(fd, bytes, length), result > 0, told(fd, offset, bytes, result));
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  REAL(pwrite);
  CALL(ssize_t, inode_of(fd), real(fd, bytes, length, offset), result > 0, told(fd, offset, bytes, result));
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64);
  CALL(ssize_t, inode_of(fd), real(fd, bytes, length, offset), result > 0, told(fd, offset, bytes, result));
}

static void told_parts(int fd, long long offset, const struct iovec *parts, int count, ssize_t length) {
  for (int i = 0; i < count && length > 0; i++) {
    ssize_t part = (ssize_t)parts[i].iov_len < length ? (ssize_t)parts[i].iov_len : length;
    if (part > 0) told(fd, offset, parts[i].iov_base, part);
    offset += part;
    length -= part;
  }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  PRINTED(real(fd, parts, count), told_parts(fd, 0, parts, count, result))
  long long offset = record >= 0 && inode_of(fd) ? position(fd) : 0;
  CALL(ssize_t, inode_of(fd), real(fd, parts, count), result > 0, told_parts(fd, offset, parts, count, result));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  REAL(pwritev);
  CALL(ssize_t, inode_of(fd), real(fd, parts, count, offset), result > 0, told_parts(fd, offset, parts, count, result));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  REAL(pwritev64);
  CALL(ssize_t, inode_of(fd), real(fd, parts, count, offset), result > 0, told_parts(fd, offset, parts, count, result));
}

#define SIZED(fd, length) say(NULL, 0, "truncate %lu %lld\n", (unsigned long)inode_of(fd), (long long)(length))

int ftruncate(int fd, off_t length) {
  REAL(ftruncate);
  CALL(int, inode_of(fd), real(fd, length), result == 0, SIZED(fd, length));
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  CALL(int, inode_of(fd), real(fd, length), result == 0, SIZED(fd, length));
}

int fsync(int fd) {
  REAL(fsync);
  CALL(int, inode_of(fd), real(fd), result == 0, say(NULL, 0, "sync %lu\n", (unsigned long)inode_of(fd)));
}

int fdatasync(int fd) {
  REAL(fdatasync);
  CALL(int, inode_of(fd), real(fd), result == 0, say(NULL, 0, "sync %lu\n", (unsigned long)inode_of(fd)));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  REAL(renameat);
  char one[longest_path], other[longest_path];
  int is_ours = is_below(from_folder, from, one) & is_below(to_folder, to, other);
  ino_t moved = is_ours ? inode_at(one) : 0, there = is_ours ? inode_at(other) : 0;
  /* Links to one file: nothing is done. */
  CALL(int, is_ours && moved != there, real(from_folder, from, to_folder, to), result == 0, say(NULL, 0, "rename %s\n%s\n", one, other));
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  REAL(linkat);
  char one[longest_path], other[longest_path];
  int is_ours = is_below(from_folder, from, one) & is_below(to_folder, to, other);
  CALL(int, is_ours, real(from_folder, from, to_folder, to, flags), result == 0, say(NULL, 0, "link %s\n%s\n", one, other));
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
  REAL(unlinkat);
  char absolute[longest_path];
  int is_ours = is_below(folder, path, absolute);
  CALL(int, is_ours, real(folder, path, flags), result == 0, say(NULL, 0, "remove %s\n", absolute));
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
  REAL(mkdirat);
  char absolute[longest_path];
  int is_ours = is_below(folder, path, absolute);
  CALL(int, is_ours, real(folder, path, mode), result == 0, say(NULL, 0, "folder %lu %s\n", (unsigned long)inode_at(absolute), absolute));
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
