/* SPDX-License-Identifier: Apache-2.0 */
#include "support/peak_memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/support.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

/* A line of /proc/self/status, in bytes. */
static size_t status_of(const char *key)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    size_t kilobytes = 0;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kilobytes = strtoull(line + strlen(key), NULL, 10);
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return kilobytes * 1024;
}

/* proc(5): 5 sets the peak (VmHWM) to what is resident now. */
static bool forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "we");

    return file != NULL && (fputs("5", file) != EOF) + (fclose(file) == 0) == 2;
}

bool peak_memory_works(void)
{
    if (IS_SANITIZED || !forget_peak()) {
        print_message("skipped: what is resident is not what was asked for here\n");
        return false;
    }
    return true;
}

static _Noreturn void measure(void (*deed)(void *context), void *context, int result)
{
    size_t before, after;

    (void) malloc_trim(0);
    if (!forget_peak()) {
        _exit(2);
    }
    before = status_of("VmRSS:");
    deed(context);
    after = status_of("VmHWM:");
    after = after > before ? after - before : 0;
    _exit(write(result, &after, sizeof after) == sizeof after ? 0 : 3);
}

size_t peak_memory_of(void (*deed)(void *context), void *context)
{
    size_t bytes = SIZE_MAX;
    int ends[2], status = 0;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        measure(deed, context, ends[1]);
    }
    (void) close(ends[1]);
    (void) !read(ends[0], &bytes, sizeof bytes);
    (void) close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return bytes;
}
