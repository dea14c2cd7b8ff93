/* Preloaded into the program under test (LD_PRELOAD). For SQLite's database and write-ahead log it
 *   - notes what each write replaces, until fdatasync makes the write durable, so that a power cut
 *     can be played after a kill: taking the notes back leaves exactly what was synced;
 *   - on request, lets fdatasync fail after so many calls, or the disk be full after so many bytes, or
 *     lets the disk fail for as long as a file is there (DISK_FAILS_WHILE). Its first letter says how: f, it
 *     is full; w, s, r: writes, syncs, reads are answered with EIO. A capital: once, and the file goes.
 *     With FAILS_BELOW it is the files with that in their path that fail, and of those nothing is noted.
 * The clock of the day is CLOCK_AHEAD seconds ahead.
 * A note in UNDO_FOLDER/db or UNDO_FOLDER/wal: offset, length of the old bytes, size of the file
 * before (each 8 bytes), the old bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int notes[2] = {-1, -1};
static long syncs = 0, written = 0;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_read)(int, void *, size_t), (*real_pread)(int, void *, size_t, off64_t);
static int (*real_fdatasync)(int), (*real_fsync)(int), (*real_ftruncate)(int, off64_t);

__attribute__((constructor)) static void start(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_read = dlsym(RTLD_NEXT, "read");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    const char *folder = getenv("UNDO_FOLDER"), *names[2] = {"db", "wal"};
    for (int i = 0; folder && i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        notes[i] = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
    }
}

/* 0: the database, 1: its log, 2: another program's, -1: something else. */
static int which(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return -1;
    path[length] = 0;
    const char *below = getenv("FAILS_BELOW");
    if (below) return strstr(path, below) ? 2 : -1;
    const char *end = strstr(path, ".sqlite");
    if (!end) return -1;
    return strcmp(end, ".sqlite") == 0 ? 0 : strcmp(end, ".sqlite-wal") == 0 ? 1 : -1;
}

static void note(int file, int fd, off64_t offset, size_t length) {
    struct stat stat;
    if (file > 1 || notes[file] < 0 || fstat(fd, &stat) != 0) return;
    int64_t old = offset >= stat.st_size ? 0 : (int64_t)length;
    if (offset + old > stat.st_size) old = stat.st_size - offset;
    int64_t head[3] = {offset, old, stat.st_size};
    char *bytes = malloc(sizeof head + old);
    memcpy(bytes, head, sizeof head);
    if (old && real_pread(fd, bytes + sizeof head, old, offset) != old) abort();
    if (real_write(notes[file], bytes, sizeof head + old) < 0) abort();
    free(bytes);
}

/* Whether the disk fails in that way now. */
static int fails(char how) {
    const char *sign = getenv("DISK_FAILS_WHILE");
    int fd = sign ? open(sign, O_RDONLY | O_CLOEXEC) : -1;
    char letter = 0;
    if (fd < 0) return 0;
    if (real_read(fd, &letter, 1) != 1) letter = 0;
    close(fd);
    if (letter == how - 'a' + 'A') {
        unlink(sign);
        return 1;
    }
    return letter == how;
}

static int is_full(size_t length) {
    const char *limit = getenv("DISK_FULL_AFTER");
    written += length;
    return limit && written > atol(limit);
}

static ssize_t noted_write(int fd, const void *from, size_t length, off64_t offset, int positioned) {
    int file = which(fd);
    if (file < 0) return positioned ? real_pwrite(fd, from, length, offset) : real_write(fd, from, length);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (is_full(length) || fails('f')) {
        errno = ENOSPC;
    } else if (fails('w')) {
        errno = EIO;
    } else {
        note(file, fd, positioned ? offset : lseek64(fd, 0, SEEK_CUR), length);
        done = positioned ? real_pwrite(fd, from, length, offset) : real_write(fd, from, length);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int fd, const void *from, size_t length) { return noted_write(fd, from, length, 0, 0); }
ssize_t pwrite(int fd, const void *from, size_t length, off_t at) { return noted_write(fd, from, length, at, 1); }
ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) { return noted_write(fd, from, length, at, 1); }

static ssize_t noted_writev(int fd, const struct iovec *from, int count, off64_t at) {
    ssize_t done = 0;
    for (int i = 0; i < count; i++) {
        ssize_t one = noted_write(fd, from[i].iov_base, from[i].iov_len, at + done, 1);
        if (one < 0) return done ? done : one;
        done += one;
        if ((size_t)one < from[i].iov_len) break;
    }
    return done;
}

ssize_t pwritev(int fd, const struct iovec *from, int count, off_t at) { return noted_writev(fd, from, count, at); }
ssize_t pwritev64(int fd, const struct iovec *from, int count, off64_t at) { return noted_writev(fd, from, count, at); }

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, now);
    const char *ahead = getenv("CLOCK_AHEAD");
    if (done == 0 && which == CLOCK_REALTIME && ahead) now->tv_sec += atol(ahead);
    return done;
}

static ssize_t faulty_read(int fd, void *into, size_t length, off64_t offset) {
    if (which(fd) >= 0 && fails('r')) {
        errno = EIO;
        return -1;
    }
    return real_pread(fd, into, length, offset);
}

ssize_t pread(int fd, void *into, size_t length, off_t at) { return faulty_read(fd, into, length, at); }
ssize_t pread64(int fd, void *into, size_t length, off64_t at) { return faulty_read(fd, into, length, at); }

static int noted_sync(int fd, int (*real)(int)) {
    int file = which(fd);
    if (file < 0) return real(fd);
    pthread_mutex_lock(&lock);
    const char *limit = getenv("SYNC_FAILS_AFTER");
    int done = -1;
    if ((limit && ++syncs > atol(limit)) || fails('s')) {
        errno = EIO;
    } else if ((done = real(fd)) == 0 && file < 2 && notes[file] >= 0 && real_ftruncate(notes[file], 0) != 0) {
        abort();
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

int fdatasync(int fd) { return noted_sync(fd, real_fdatasync); }
int fsync(int fd) { return noted_sync(fd, real_fsync); }

static int noted_truncate(int fd, off64_t length) {
    int file = which(fd);
    if (file >= 0) {
        struct stat stat;
        pthread_mutex_lock(&lock);
        if (fstat(fd, &stat) == 0 && length < stat.st_size) note(file, fd, length, stat.st_size - length);
        pthread_mutex_unlock(&lock);
    }
    return real_ftruncate(fd, length);
}

int ftruncate(int fd, off_t length) { return noted_truncate(fd, length); }
int ftruncate64(int fd, off64_t length) { return noted_truncate(fd, length); }
