/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer: over noise, the files of a folder (which may be
 * missing), and copies of each that are cut short or have bytes changed, the same every time.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT     ((size_t) 1 << 20)
#define DAMAGED_COPIES 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static uint64_t random_state = 1;

static size_t random_below(size_t bound)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t) (random_state >> 33) % bound;
}

/* An own block of just this size, so that a sanitizer sees the byte behind it. */
static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, data, size);
    (void) LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_damaged(uint8_t *data, size_t size)
{
    for (int i = 0; i < DAMAGED_COPIES && size > 0; i++) {
        size_t at = random_below(size), length = i % 2 == 0 ? size : at;
        uint8_t old = data[at];

        data[at] = (uint8_t) random_below(256);
        run_exact(data, length);
        data[at] = old;
    }
}

static void run_file(const char *path)
{
    uint8_t *data = malloc(FILE_LIMIT);
    FILE *file = fopen(path, "rb");
    size_t size = 0;

    if (data == NULL || file == NULL) {
        (void) fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size = fread(data, 1, FILE_LIMIT, file);
    (void) fclose(file);
    run_exact(data, size);
    run_damaged(data, size);
    free(data);
}

static void run_noise(void)
{
    for (int i = 0; i < DAMAGED_COPIES; i++) {
        uint8_t noise[256];
        size_t size = random_below(sizeof(noise));

        for (size_t k = 0; k < size; k++) {
            noise[k] = (uint8_t) random_below(256);
        }
        run_exact(noise, size);
    }
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int count = argc == 2 ? scandir(argv[1], &entries, is_file, alphasort) : -1;

    if (LLVMFuzzerInitialize != NULL) {
        (void) LLVMFuzzerInitialize(&argc, &argv);
    }
    run_exact((const uint8_t *) "", 0);
    run_noise();
    for (int i = 0; i < count; i++) {
        char path[4096];

        (void) snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
        run_file(path);
        free(entries[i]);
    }
    free(entries);
    (void) printf("%d files\n", count);
    return 0;
}
