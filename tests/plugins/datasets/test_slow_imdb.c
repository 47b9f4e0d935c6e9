/* SPDX-License-Identifier: Apache-2.0 */
/* All 50,000 reviews of IMDb: as folders, and as the archive that is downloaded. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/tsv.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/datasets.h"
#include "support/support.h"
#include "support/vectors.h"

static mpcf_error *err;

static void write_review(const char *folder, const char *split, const char *const *fields)
{
    char path[4096];
    FILE *file = NULL;

    (void) snprintf(path, sizeof(path), "%s/aclImdb/%s/%s_%s.txt", folder, split, fields[0],
                    fields[1]);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(fields[3], 1, strlen(fields[3]), file), strlen(fields[3]));
    assert_int_equal(fclose(file), 0);
}

/* FOLDER/aclImdb/SPLIT from the rows of SPLIT.tsv: id, rating, label, review. */
static void lay_out(const char *folder, const char *split)
{
    char *tsv = mpcf_format("%s/%s.tsv", shared_path("data/imdb"), split);
    const char *const *fields = NULL;
    mpcf_tsv *t = NULL;

    for (size_t i = 0; i < 2; i++) {
        char *class = mpcf_format("%s/aclImdb/%s/%s", folder, split, i == 0 ? "neg" : "pos");

        assert_ok(file_make_folder(class, err), err);
        mpcf_free(class);
    }
    assert_ok(mpcf_tsv_open(tsv, &t, err), err);
    for (;;) {
        char name[64];
        const char *row[4] = {name, NULL, NULL, NULL};

        assert_ok(mpcf_tsv_next(t, &fields, err), err);
        if (fields == NULL) {
            break;
        }
        (void) snprintf(name, sizeof(name), "%.*s", (int) strcspn(fields[0], "_"), fields[0]);
        row[1] = fields[1];
        row[3] = fields[3];
        write_review(folder, split, row);
    }
    mpcf_tsv_close(t);
    mpcf_free(tsv);
}

static void test_whole(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");
    const char *folder = test_folder();
    char *unpacked = mpcf_format("%s/aclImdb", folder);
    char *packed = mpcf_format("%s/aclImdb_v1.tar.gz", folder);
    char *command = mpcf_format("tar -C '%s' -c aclImdb | gzip -1 >'%s'", folder, packed);
    json_t *splits = vector_json("datasets/splits.json");
    size_t compared = 0;

    (void) state;
    lay_out(folder, "train");
    lay_out(folder, "test");
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < json_array_size(splits); i++) {
        const json_t *one = json_array_get(splits, i);

        if (strcmp(json_string_value(json_object_get(one, "path")), "") == 0) {
            test_dataset_compare(&d, unpacked, one);
            test_dataset_compare(&d, packed, one);
            compared++;
        }
    }
    assert_int_equal(compared, 2);
    json_decref(splits);
    mpcf_free(command);
    mpcf_free(packed);
    mpcf_free(unpacked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole)};
    int failed = 0;

    require_shared("data/imdb/train.tsv");
    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
