/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of strangers: its index is the input's first part, up to a zero byte, the rest its
 * config.json. Two shards are there, one of each form.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/load.h"
#include "format/safetensors_write.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/fuzz_checkpoint.XXXXXX";

static void remove_folder(void)
{
    (void) file_remove_tree(folder, NULL);
}

static void write_in(const char *name, const void *data, size_t length)
{
    char *path = file_join(folder, name);
    FILE *file = path == NULL ? NULL : fopen(path, "wb");

    if (file == NULL || fwrite(data, 1, length, file) != length || fclose(file) != 0) {
        abort();
    }
    mpcf_free(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const float values[2] = {1, 2};
    const struct tensor_out a[] = {{.name = "a", .rank = 1, .dim = {2}, .data = values},
                                   {.name = "both", .rank = 1, .dim = {2}, .data = values}};
    const struct tensor_out b[] = {{.name = "b", .rank = 1, .dim = {2}, .data = values},
                                   {.name = "both", .rank = 1, .dim = {2}, .data = values}};

    (void) argc;
    (void) argv;
    if (mkdtemp(folder) == NULL || atexit(remove_folder) != 0) {
        abort();
    }
    char *one = file_join(folder, "1.safetensors"), *two = file_join(folder, "2.safetensors");
    if (safetensors_write(one, a, 2, NULL) != MPCF_OK ||
        safetensors_write(two, b, 2, NULL) != MPCF_OK) {
        abort();
    }
    mpcf_free(one);
    mpcf_free(two);
    return 0;
}

static void load(const struct checkpoint *c)
{
    const struct load_request request = {"model.", NEW_ANY};
    struct load_outcome outcome = {0};
    float values[2];
    struct parameter items[] = {
        {.name = "model.a", .shape = mpcf_shape_1(2), .value = values, .count = 2},
        {.name = "both", .shape = mpcf_shape_1(2), .value = values, .count = 2}};
    struct parameters parameters = {.items = items, .count = 2};
    mpcf_graph *g = graph_create();

    if (g != NULL) {
        (void) checkpoint_load(c, g, &request, &parameters, &outcome, NULL);
        text_clear(&outcome.names);
    }
    graph_destroy(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
    const size_t index = end == NULL ? size : (size_t) (end - data);
    struct checkpoint *c = NULL;

    write_in("model.safetensors.index.json", data, index);
    if (end == NULL) {
        write_in("config.json", "{}", 2);
    } else {
        write_in("config.json", end + 1, size - index - 1);
    }
    if (checkpoint_open(folder, &c, NULL) == MPCF_OK) {
        load(c);
        checkpoint_close(c);
    }
    return 0;
}
