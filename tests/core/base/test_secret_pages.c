/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the system says of the pages that secrets lie on (/proc/self/smaps), and what a core file
 * has of them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/secret_pages.h"
#include "support/support.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_PAGES false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_PAGES false
#endif
#endif
#ifndef HAS_PAGES
#define HAS_PAGES true
#endif

/* Leaves the test where secrets lie on the heap, for AddressSanitizer to look after. */
static void need_pages(void)
{
    if (!HAS_PAGES) {
        print_message("skipped: with AddressSanitizer secrets are blocks of the heap\n");
        skip();
    }
}

/* Whether the mapping that BLOCK lies in has FLAG ("lo" locked, "dd" in no core file, "dc" in no
 * forked child: proc(5)). */
static bool has_flag(const void *block, const char *flag)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[1024];
    bool inside = false, found = false;

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long begin = 0, end = 0;

        if (sscanf(line, "%lx-%lx ", &begin, &end) == 2) {
            inside = (uintptr_t) block >= begin && (uintptr_t) block < end;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            found = strstr(line, flag) != NULL;
        }
    }
    (void) fclose(maps);
    return found;
}

static bool can_lock(void)
{
    void *block = mpcf_secret_alloc(1, 1);
    const bool can = has_flag(block, " lo");

    mpcf_secret_free(block);
    if (!can) {
        print_message("nothing can be locked here: what is locked is not looked at\n");
    }
    return can;
}

static void a_freed_secret_leaves_the_others_locked(void **state)
{
    void *secrets[8];

    (void) state;
    need_pages();
    if (!can_lock()) {
        skip();
    }
    for (size_t i = 0; i < 8; i++) {
        secrets[i] = mpcf_secret_alloc(48, 1);
        assert_non_null(secrets[i]);
    }
    for (size_t i = 0; i < 8; i += 2) {
        mpcf_secret_free(secrets[i]);
    }
    for (size_t i = 1; i < 8; i += 2) {
        assert_true(has_flag(secrets[i], " lo"));
        mpcf_secret_free(secrets[i]);
    }
}

static void secrets_of_any_size_stay_out_of_cores_and_children(void **state)
{
    static const size_t sizes[] = {1, 64, 4096, 65536, 66561, (size_t) 48 << 20};

    (void) state;
    need_pages();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *block = mpcf_secret_alloc(sizes[i], 1);

        assert_non_null(block);
        assert_int_equal((uintptr_t) block % 64, 0);
        for (size_t k = 0; k < 2; k++) {
            const unsigned char *end = k == 0 ? block : block + sizes[i] - 1;

            assert_int_equal(*end, 0);
            assert_true(has_flag(end, " dd"));
            assert_true(has_flag(end, " dc"));
        }
        mpcf_secret_free(block);
    }
}

static void a_secret_of_no_bytes_is_one(void **state)
{
    void *block = mpcf_secret_alloc(0, 8);

    (void) state;
    assert_non_null(block);
    mpcf_secret_free(block);
    mpcf_secret_free(NULL);
    assert_null(mpcf_secret_alloc(SIZE_MAX / 2, 3));
    assert_null(mpcf_secret_alloc(SIZE_MAX, 1));
    if (HAS_PAGES) { /* AddressSanitizer ends a process that asks for so much */
        assert_null(mpcf_secret_alloc(SIZE_MAX / 2, 1));
    }
}

/* --- In a process of its own --- */

/* The wait status of a child that does DEED, its standard error in the file LOG where there is one. */
static int in_child(void (*deed)(void *context), void *context, const char *log)
{
    int status = 0;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        const int out = open(log != NULL ? log : "/dev/null", O_WRONLY | O_CREAT, 0600);

        (void) dup2(out, 2);
        (void) signal(SIGSEGV, SIG_DFL); /* cmocka goes on after it */
        (void) signal(SIGABRT, SIG_DFL);
        deed(context);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void write_beside(void *context)
{
    const long at = *(const long *) context;
    volatile unsigned char *block = mpcf_secret_alloc(100, 1); /* and 28 to the next 64 */

    block[at] = 1;
}

static void a_write_behind_a_secret_ends_the_process(void **state)
{
    long places[] = {99, 128, 128 + 4000, -4096 - 128};

    (void) state;
    need_pages();
    for (size_t i = 0; i < 4; i++) {
        const int status = in_child(write_beside, &places[i], NULL);

        if (i == 0) {
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        } else {
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), SIGSEGV);
        }
    }
}

static void read_it(void *context)
{
    (void) *(volatile unsigned char *) context;
}

static void a_forked_child_has_no_secret(void **state)
{
    unsigned char *block;
    int status;

    (void) state;
    need_pages();
    block = mpcf_secret_alloc(100, 1);
    status = in_child(read_it, block, NULL);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    mpcf_secret_free(block);
}

static void take_without_locks(void *context)
{
    const struct rlimit none = {0, 0};

    (void) context;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0)) {
        _exit(2);
    }
    for (int i = 0; i < 3; i++) {
        unsigned char *block = mpcf_secret_alloc(100, 1);

        if (block == NULL || block[99] != 0 || !has_flag(block, " dd")) {
            _exit(3);
        }
    }
    _exit(secret_pages_unlocked() == 3 ? 0 : 4);
}

static void what_cannot_be_locked_is_counted_and_said_once(void **state)
{
    char *log, *text = NULL;
    size_t length = 0;
    int status;

    (void) state;
    need_pages();
    log = file_join(test_folder(), "log");
    status = in_child(take_without_locks, NULL, log);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(file_read(log, 65536, &text, &length, NULL), MPCF_OK);
    assert_non_null(strstr(text, "cannot be locked"));
    assert_non_null(strstr(text, "limit is 0 KiB"));
    assert_null(strstr(strstr(text, "cannot be locked") + 1, "cannot be locked"));
    mpcf_free(text);
    mpcf_free(log);
}

/* --- In a core file --- */

enum { PATTERN = 64 };

/* Made where it shall lie, so that no copy is anywhere else. */
static void fill_pattern(volatile unsigned char *out, uint64_t seed)
{
    for (size_t i = 0; i < PATTERN; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        out[i] = (unsigned char) (seed >> 56);
    }
}

static bool holds(const char *data, size_t length, uint64_t seed)
{
    unsigned char pattern[PATTERN];

    fill_pattern(pattern, seed);
    return memmem(data, length, pattern, PATTERN) != NULL;
}

enum { ORDINARY = 11, SMALL = 12, LARGE = 13 };

static void die_with_secrets(void *context)
{
    struct rlimit core = {0};

    if (chdir(context) != 0 || getrlimit(RLIMIT_CORE, &core) != 0) {
        _exit(2);
    }
    core.rlim_cur = core.rlim_max;
    if (core.rlim_max == 0 || setrlimit(RLIMIT_CORE, &core) != 0) {
        _exit(77);
    }
    fill_pattern(mpcf_alloc_array(PATTERN, 1), ORDINARY);
    fill_pattern(mpcf_secret_alloc(PATTERN, 1), SMALL);
    fill_pattern(mpcf_secret_alloc((size_t) 1 << 20, 1), LARGE);
    abort();
}

/* The core file in FOLDER (mpcf_free), or NULL. */
static char *find_core(const char *folder)
{
    DIR *listing = opendir(folder);
    char *path = NULL;

    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (strncmp(e->d_name, "core", 4) == 0) {
            mpcf_free(path);
            path = file_join(folder, e->d_name);
        }
    }
    (void) closedir(listing);
    return path;
}

static void a_core_file_has_no_secrets(void **state)
{
    char folder[4096], *path;
    struct file_map core = {0};

    (void) state;
    need_pages();
    (void) snprintf(folder, sizeof folder, "%s", test_folder());
    (void) in_child(die_with_secrets, folder, NULL);
    path = find_core(folder);
    if (path == NULL) {
        print_message("skipped: this system writes no core files into the current folder\n");
        skip();
    }
    assert_int_equal(file_map_open(path, &core, NULL), MPCF_OK);
    assert_true(holds((const char *) core.data, core.length, ORDINARY));
    assert_false(holds((const char *) core.data, core.length, SMALL));
    assert_false(holds((const char *) core.data, core.length, LARGE));
    file_map_close(&core);
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_freed_secret_leaves_the_others_locked),
        cmocka_unit_test(secrets_of_any_size_stay_out_of_cores_and_children),
        cmocka_unit_test(a_secret_of_no_bytes_is_one),
        cmocka_unit_test(a_write_behind_a_secret_ends_the_process),
        cmocka_unit_test(a_forked_child_has_no_secret),
        cmocka_unit_test(what_cannot_be_locked_is_counted_and_said_once),
        cmocka_unit_test(a_core_file_has_no_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
