/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept tokens: whatever the file holds, what is taken from it is within the limits; of another file nothing.
 * The digest at the file's end is made to fit, so that what is before it is looked at.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "corpus/corpus_cache.h"

enum { ROWS = 2, MOST = 6, WORDS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char made[64];

static void remove_folder(void)
{
    (void) rmdir(made);
}

static const char *folder(void)
{
    if (made[0] == '\0') {
        (void) snprintf(made, sizeof made, "/tmp/mpcf-fuzz-XXXXXX");
        if (mkdtemp(made) == NULL || atexit(remove_folder) != 0) {
            abort();
        }
    }
    return made;
}

static void check(const struct corpus_item *items, const int32_t *ramp)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (items[i].length < 1 || items[i].length > MOST || items[i].types < ramp ||
            items[i].types + items[i].length > ramp + 2 * MOST) {
            abort();
        }
        for (size_t k = 0; k < items[i].length; k++) {
            if (items[i].ids[k] < 0 || items[i].ids[k] >= WORDS) {
                abort();
            }
        }
    }
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    struct digest *digest = digest_begin();
    char text[FILE_DIGEST_SIZE];
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    digest_add(digest, data, size);
    digest_end(digest, text);
    if (fd < 0 || write(fd, data, size) != (ssize_t) size || write(fd, text, 64) != 64 ||
        close(fd) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct corpus_cache_limits limits = {ROWS, ROWS, MOST, WORDS};
    const int32_t ramp[2 * MOST] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
    struct corpus_cache cache = {.folder = folder()};
    struct corpus_item items[ROWS] = {{.length = 0}};
    struct arena *memory = arena_create();
    char path[128];

    memset(cache.key, '0', sizeof cache.key - 1);
    (void) snprintf(path, sizeof path, "%s/tokens-0000000000000000.bin", folder());
    write_file(path, data, size);
    if (memory == NULL) {
        abort();
    }
    if (corpus_cache_read(&cache, &limits, memory, ramp, items)) {
        check(items, ramp);
    }
    arena_destroy(memory);
    (void) unlink(path);
    return 0;
}
