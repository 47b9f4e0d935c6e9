/* SPDX-License-Identifier: Apache-2.0 */
#include "support/captured_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "support/support.h"

#define LIMIT ((size_t) 1 << 20)

void captured_log_begin(struct captured_log *log)
{
    (void) snprintf(log->path, sizeof(log->path), "%s/log", test_folder());
    (void) fflush(stderr);
    int file = open(log->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    log->before = dup(2);
    assert_true(file >= 0 && log->before >= 0);
    assert_int_equal(dup2(file, 2), 2);
    (void) close(file);
    log_set_level(LOG_INFO);
}

void captured_log_end(struct captured_log *log)
{
    (void) fflush(stderr);
    log->text = mpcf_alloc_array(LIMIT + 1, 1);
    assert_non_null(log->text);
    assert_true(pread(2, log->text, LIMIT, 0) >= 0);
    assert_int_equal(dup2(log->before, 2), 2);
    (void) close(log->before);
}

size_t captured_log_count(const struct captured_log *log, const char *part)
{
    size_t count = 0;
    for (const char *at = log->text; (at = strstr(at, part)) != NULL; at++) {
        count++;
    }
    return count;
}

void captured_log_clear(struct captured_log *log)
{
    mpcf_free(log->text);
    log->text = NULL;
}
