/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc/meminfo, the control group and the process's own limit say. */
#include "base/machine_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* KEY's number of kB as bytes. */
static uint64_t meminfo(const char *text, const char *key)
{
    const char *line = strstr(text, key);

    return line != NULL ? (uint64_t) strtoull(line + strlen(key), NULL, 10) * 1024 : UINT64_MAX;
}

static void read_meminfo(struct machine_memory *m)
{
    char text[4096];
    FILE *file = fopen("/proc/meminfo", "re");
    size_t length = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    uint64_t swap;

    text[length] = '\0';
    if (file != NULL) {
        (void) fclose(file);
    }
    m->all = meminfo(text, "MemTotal:");
    m->free = meminfo(text, "MemAvailable:");
    swap = meminfo(text, "SwapTotal:");
    if (m->all != UINT64_MAX && swap != UINT64_MAX) {
        m->all += swap;
    }
}

static void at_most(struct machine_memory *m, uint64_t limit)
{
    m->all = limit < m->all ? limit : m->all;
    m->free = m->free < m->all ? m->free : m->all;
}

/* A container's. "max" is no number. */
static void read_group(struct machine_memory *m)
{
    static const char *const names[] = {"/sys/fs/cgroup/memory.max",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        FILE *file = fopen(names[i], "re");
        char text[64] = "";

        if (file != NULL && fgets(text, sizeof text, file) != NULL && text[0] >= '0' &&
            text[0] <= '9') {
            at_most(m, (uint64_t) strtoull(text, NULL, 10));
        }
        if (file != NULL) {
            (void) fclose(file);
        }
    }
}

struct machine_memory machine_memory(void)
{
    struct machine_memory m = {UINT64_MAX, UINT64_MAX};
    struct rlimit limit;

    read_meminfo(&m);
    read_group(&m);
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        at_most(&m, (uint64_t) limit.rlim_cur);
    }
    return m;
}
