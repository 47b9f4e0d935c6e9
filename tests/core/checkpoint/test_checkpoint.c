/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "checkpoint/load.h"
#include "checkpoint/save.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"
#include "network.h"

static mpcf_error *err;

static float weights[6] = {1, 2, 3, 4, 5, 6};
static float bias[2] = {7, 8};

/* A fresh folder with config.json. */
static char *new_folder(void)
{
    static unsigned count;
    char *folder = mpcf_format("%s/c%u", test_folder(), count++);
    char *config = file_join(folder, "config.json");
    assert_ok(file_make_folder(folder, err), err);
    assert_ok(file_write_whole(config, "{\"model_type\": \"bert\"}", 22, err), err);
    mpcf_free(config);
    return folder;
}

static void put_text(const char *folder, const char *name, const char *text)
{
    char *path = file_join(folder, name);
    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    mpcf_free(path);
}

static void put_model(const char *folder, const char *name, const struct tensor_out *tensors,
                      size_t count)
{
    char *path = file_join(folder, name);
    assert_ok(safetensors_write(path, tensors, count, err), err);
    mpcf_free(path);
}

/* A graph with a LayerNorm weight [2], a dense weight [3, 2] and a new one [2]. */
static mpcf_graph *small_network(void)
{
    mpcf_graph *g = graph_create();
    (void) mpcf_parameter(g, "bert.LayerNorm.weight", mpcf_shape_1(2), MPCF_INIT_REQUIRED, 0);
    (void) mpcf_parameter(g, "bert.dense.weight", mpcf_shape_2(3, 2), MPCF_INIT_REQUIRED, 0);
    (void) mpcf_parameter(g, "classifier.bias", mpcf_shape_1(2), MPCF_INIT_CONSTANT, 0);
    return g;
}

static struct tensor_out dense(const char *name)
{
    return (struct tensor_out){.name = name, .rank = 2, .dim = {3, 2}, .data = weights};
}

static struct tensor_out norm(const char *name)
{
    return (struct tensor_out){.name = name, .rank = 1, .dim = {2}, .data = bias};
}

static mpcf_status load_folder(const char *folder, struct parameters *p, const mpcf_graph *g,
                               size_t *made)
{
    struct checkpoint *c = NULL;
    mpcf_status status = checkpoint_open(folder, &c, err);
    if (status == MPCF_OK) {
        const struct load_request request = {"bert.", NEW_MISSING};
        struct load_outcome outcome = {0};
        status = checkpoint_load(c, g, &request, p, &outcome, err);
        if (made != NULL) {
            *made = outcome.count;
        }
        text_clear(&outcome.names);
        checkpoint_close(c);
    }
    return status;
}

/* What loading a model of these tensors gives. */
static mpcf_status load_tensors(const struct tensor_out *tensors, size_t count, size_t *made)
{
    mpcf_graph *g = small_network();
    struct parameters *p = NULL;
    char *folder = new_folder();
    put_model(folder, "model.safetensors", tensors, count);
    p = network_parameters(g);
    mpcf_status status = load_folder(folder, p, g, made);
    if (status == MPCF_OK) {
        assert_memory_equal(p->items[1].value, weights, sizeof(weights));
        assert_memory_equal(p->items[0].value, bias, sizeof(bias));
    }
    network_free(p);
    graph_destroy(g);
    mpcf_free(folder);
    return status;
}

static void old_names_and_missing_prefix_are_understood(void **state)
{
    (void) state;
    size_t made = 9;
    struct tensor_out tensors[] = {norm("bert.LayerNorm.gamma"), dense("bert.dense.weight"),
                                   norm("bert.embeddings.position_ids"), norm("classifier.bias")};
    assert_ok(load_tensors(tensors, 4, &made), err);
    assert_int_equal(made, 0);
    tensors[0].name = "LayerNorm.gamma";
    tensors[1].name = "dense.weight";
    assert_ok(load_tensors(tensors, 3, &made), err);
    assert_int_equal(made, 1);
}

static void missing_tensor_names_the_nearest(void **state)
{
    (void) state;
    const struct tensor_out tensors[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.wieght")};
    assert_status(MPCF_E_FORMAT, load_tensors(tensors, 2, NULL), err);
    assert_message_contains(err, "'bert.dense.weight'");
    assert_message_contains(err, "'bert.dense.wieght'");
}

static void wrong_shape_names_both(void **state)
{
    (void) state;
    struct tensor_out tensors[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.weight")};
    tensors[1].dim[0] = 2;
    tensors[1].dim[1] = 3;
    assert_status(MPCF_E_SHAPE, load_tensors(tensors, 2, NULL), err);
    assert_message_contains(err, "[2, 3], expected [3, 2]");
    tensors[1].dim[0] = 6;
    tensors[1].rank = 1;
    assert_status(MPCF_E_SHAPE, load_tensors(tensors, 2, NULL), err);
    assert_message_contains(err, "[6], expected [3, 2]");
}

static void weights_that_are_no_numbers_are_refused(void **state)
{
    (void) state;
    const float broken[] = {0, NAN};
    struct tensor_out tensors[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.weight")};
    tensors[0].data = broken;
    assert_status(MPCF_E_FORMAT, load_tensors(tensors, 2, NULL), err);
    assert_message_contains(err, "element 1");
}

static void assert_not_opened(const char *folder, mpcf_status status, const char *part)
{
    struct checkpoint *c = NULL;
    assert_status(status, checkpoint_open(folder, &c, err), err);
    assert_message_contains(err, part);
    assert_message_contains(err, folder);
}

static void missing_files_are_named(void **state)
{
    (void) state;
    char *folder = new_folder();
    assert_not_opened("/no/such/folder", MPCF_E_IO, "no such folder");
    assert_not_opened(folder, MPCF_E_IO, "model.safetensors");
    put_text(folder, "model.safetensors", "short");
    assert_not_opened(folder, MPCF_E_FORMAT, "too short");
    put_text(folder, "config.json", "[]");
    assert_not_opened(folder, MPCF_E_FORMAT, "config.json");
    mpcf_free(folder);
}

#define INDEX "model.safetensors.index.json"

static void an_index_must_name_files_that_are_there(void **state)
{
    (void) state;
    const struct tensor_out a = norm("a"), b = norm("b");
    char *folder = new_folder();
    put_model(folder, "1.safetensors", &a, 1);
    put_model(folder, "2.safetensors", &b, 1);
    put_text(folder, INDEX, "{}");
    assert_not_opened(folder, MPCF_E_FORMAT, "weight_map");
    put_text(folder, INDEX, "{\"weight_map\": {\"a\": \"../1.safetensors\"}}");
    assert_not_opened(folder, MPCF_E_FORMAT, "not mapped to a file of the folder");
    put_text(folder, INDEX, "{\"weight_map\": {\"a\": \"3.safetensors\"}}");
    assert_not_opened(folder, MPCF_E_IO, "3.safetensors");
    mpcf_free(folder);
}

/* INDEX over two shards; what loading both parameters of it gives. */
static mpcf_status load_shards(const char *index, const struct tensor_out *one, size_t ones,
                               const struct tensor_out *two, size_t twos)
{
    mpcf_graph *g = small_network();
    struct parameters *p = network_parameters(g);
    char *folder = new_folder();
    size_t made = 0;
    mpcf_status status;

    put_model(folder, "1.safetensors", one, ones);
    put_model(folder, "2.safetensors", two, twos);
    put_text(folder, INDEX, index);
    status = load_folder(folder, p, g, &made);
    if (status == MPCF_OK) {
        assert_memory_equal(p->items[1].value, weights, sizeof(weights));
    }
    network_free(p);
    graph_destroy(g);
    mpcf_free(folder);
    return status;
}

#define ONE "\"bert.LayerNorm.weight\": \"1.safetensors\""
#define TWO "\"bert.dense.weight\": \"2.safetensors\""

static void an_index_may_list_more_or_less(void **state)
{
    const struct tensor_out one[] = {norm("bert.LayerNorm.weight"), norm("extra.x")};
    const struct tensor_out two[] = {dense("bert.dense.weight"), norm("extra.x")};

    (void) state;
    /* A tensor that no shard has; one that the index leaves out; one that it puts elsewhere. */
    assert_ok(load_shards("{\"weight_map\": {" ONE ", " TWO ", \"bert.x\": \"1.safetensors\"}}",
                          one, 1, two, 1),
              err);
    assert_ok(load_shards("{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}",
                          one, 1, two, 1),
              err);
    assert_ok(load_shards("{\"weight_map\": {\"bert.dense.weight\": \"1.safetensors\", "
                          "\"bert.LayerNorm.weight\": \"2.safetensors\"}}",
                          one, 1, two, 1),
              err);
    /* Twice, and nobody needs it. */
    assert_ok(load_shards("{\"weight_map\": {" ONE ", " TWO "}}", one, 2, two, 2), err);
}

static void what_is_needed_must_be_there_once(void **state)
{
    const struct tensor_out one[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.weight")};
    const struct tensor_out two[] = {dense("bert.dense.weight")}, other[] = {norm("x")};

    (void) state;
    assert_status(MPCF_E_FORMAT,
                  load_shards("{\"weight_map\": {" ONE ", " TWO "}}", one, 2, two, 1), err);
    assert_message_contains(err, "'bert.dense.weight' is in '");
    assert_message_contains(err, "1.safetensors");
    assert_message_contains(err, "2.safetensors");
    assert_status(MPCF_E_FORMAT,
                  load_shards("{\"weight_map\": {" ONE ", " TWO "}}", one, 2, one, 1), err);
    assert_message_contains(err, "'bert.LayerNorm.weight' is in '");
    assert_status(MPCF_E_FORMAT,
                  load_shards("{\"weight_map\": {" ONE ", " TWO "}}", one, 1, other, 1), err);
    assert_message_contains(err, "no tensor 'bert.dense.weight'");
    assert_status(MPCF_E_IO,
                  load_shards("{\"weight_map\": {" ONE ", " TWO ", \"y\": \"3.safetensors\"}}", one,
                              1, two, 1),
                  err);
    assert_message_contains(err, "3.safetensors");
}

/* --- A head that is not there --- */

static mpcf_status load_head(enum new_weights allowed, const struct tensor_out *tensors,
                             size_t count, char *names)
{
    mpcf_graph *g = small_network();
    struct parameters *p = network_parameters(g);
    char *folder = new_folder();
    struct checkpoint *c = NULL;
    const struct load_request request = {"bert.", allowed};
    struct load_outcome outcome = {0};
    mpcf_status status;

    put_model(folder, "model.safetensors", tensors, count);
    assert_ok(checkpoint_open(folder, &c, err), err);
    status = checkpoint_load(c, g, &request, p, &outcome, err);
    (void) snprintf(names, 200, "%s", text_string(&outcome.names));
    text_clear(&outcome.names);
    checkpoint_close(c);
    network_free(p);
    graph_destroy(g);
    mpcf_free(folder);
    return status;
}

static void a_missing_head_is_refused_or_named(void **state)
{
    const struct tensor_out body[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.weight"),
                                      norm("score.bias"), norm("bert.embeddings.position_ids")};
    char names[200];

    (void) state;
    assert_status(MPCF_E_FORMAT, load_head(NEW_REFUSED, body, 4, names), err);
    assert_message_contains(err, "missing: classifier.bias");
    assert_message_contains(err, "nothing uses 'score.bias' of the file");
    assert_message_contains(err, "model.new_head: true");
    assert_null(strstr(mpcf_error_text(err), "position_ids"));
    assert_ok(load_head(NEW_MISSING, body, 4, names), err);
    assert_string_equal(names, "classifier.bias");
    assert_ok(load_head(NEW_ANY, body, 2, names), err);
    assert_string_equal(names, "classifier.bias");
}

static void a_head_of_another_shape_starts_new_only_to_be_trained(void **state)
{
    struct tensor_out all[] = {norm("bert.LayerNorm.weight"), dense("bert.dense.weight"),
                               norm("classifier.bias")};
    char names[200];

    (void) state;
    assert_ok(load_head(NEW_REFUSED, all, 3, names), err);
    assert_string_equal(names, "");
    all[2] = dense("classifier.bias");
    assert_status(MPCF_E_SHAPE, load_head(NEW_REFUSED, all, 3, names), err);
    assert_status(MPCF_E_SHAPE, load_head(NEW_MISSING, all, 3, names), err);
    assert_ok(load_head(NEW_ANY, all, 3, names), err);
    assert_string_equal(names, "classifier.bias");
    all[0] = dense("bert.LayerNorm.weight"); /* the body must fit */
    assert_status(MPCF_E_SHAPE, load_head(NEW_ANY, all, 3, names), err);
}

/* --- Folders that PyTorch wrote (tests/vectors/torch/make.py) --- */

/* All tensors of folder NAME that WANT has, as floats, are WANT's to the bit. */
static void assert_vectors(const char *name, const char *want_name)
{
    char *at = mpcf_format("%s/tests/vectors/torch/%s", getenv("MPCF_SOURCE_DIR"), name);
    char *want_path =
        mpcf_format("%s/tests/vectors/torch/%s", getenv("MPCF_SOURCE_DIR"), want_name);
    struct checkpoint *c = NULL;
    struct safetensors *want = NULL;
    const struct load_request request = {NULL, NEW_REFUSED};
    mpcf_graph *g = graph_create();

    assert_ok(safetensors_open(want_path, &want, err), err);
    for (size_t i = 0; i < safetensors_count(want); i++) {
        const struct tensor *t = safetensors_tensor(want, i);
        mpcf_shape shape = {.rank = (int32_t) t->rank};

        for (size_t k = 0; k < t->rank; k++) {
            shape.dim[k] = (int64_t) t->dim[k];
        }
        if (t->type == TENSOR_F32 && t->count > 0) {
            (void) mpcf_parameter(g, t->name, shape, MPCF_INIT_REQUIRED, 0);
        }
    }
    struct parameters *p = network_parameters(g);
    assert_true(p->count > 3);
    assert_ok(checkpoint_open(at, &c, err), err);
    assert_ok(checkpoint_load(c, g, &request, p, NULL, err), err);
    for (size_t i = 0; i < p->count; i++) {
        const struct tensor *t = safetensors_find(want, p->items[i].name);

        assert_memory_equal(p->items[i].value, t->data, t->count * sizeof(float));
    }
    checkpoint_close(c);
    safetensors_close(want);
    network_free(p);
    graph_destroy(g);
    mpcf_free(at);
    mpcf_free(want_path);
}

static void shards_of_torch_are_read(void **state)
{
    (void) state;
    assert_vectors("sharded", "expected.safetensors");
}

static void weights_of_8_bits_have_their_scale(void **state)
{
    (void) state;
    assert_vectors("scaled", "scaled/expected.safetensors");
}

static void weights_of_8_bits_without_a_scale_are_refused(void **state)
{
    static const char header[] =
        "{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]},"
        "\"w_scale\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[2,%d]}}";
    static const struct {
        const char *shape, *name;
        int end;
        mpcf_status status;
    } cases[] = {{"1", "w_scale", 6, MPCF_OK},
                 {"2", "w_scale", 10, MPCF_OK},
                 {"1", "w_other", 6, MPCF_E_UNSUPPORTED},
                 {"1,3", "w_scale", 14, MPCF_E_UNSUPPORTED},
                 {"0", "w_scale", 2, MPCF_E_UNSUPPORTED}};

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folder = new_folder(), *path = file_join(folder, "model.safetensors");
        char text[300], file[400] = {0}, *scale;
        mpcf_graph *g = graph_create();
        struct checkpoint *c = NULL;
        const struct load_request request = {NULL, NEW_REFUSED};

        (void) snprintf(text, sizeof text, header, cases[i].shape, cases[i].end);
        scale = strstr(text, "w_scale");
        memcpy(scale, cases[i].name, 7);
        const uint64_t length = strlen(text);
        memcpy(file, &length, 8);
        memcpy(file + 8, text, length);
        assert_ok(file_write_whole(path, file, 8 + length + (size_t) cases[i].end, err), err);
        (void) mpcf_parameter(g, "w", mpcf_shape_1(2), MPCF_INIT_REQUIRED, 0);
        struct parameters *p = network_parameters(g);
        assert_ok(checkpoint_open(folder, &c, err), err);
        assert_status(cases[i].status, checkpoint_load(c, g, &request, p, NULL, err), err);
        if (cases[i].status != MPCF_OK) {
            assert_message_contains(err, "scale");
        }
        checkpoint_close(c);
        network_free(p);
        graph_destroy(g);
        mpcf_free(folder);
        mpcf_free(path);
    }
}

/* --- What stands in a file's place --- */

static void files_of_others_are_named(void **state)
{
    static const char pointer[] =
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca"
        "24d17e2393\nsize 12345\n";
    static const char *const names[] = {"model.safetensors", "pytorch_model.bin", INDEX,
                                        "config.json"};

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        char *folder = new_folder();

        put_text(folder, names[i], pointer);
        assert_not_opened(folder, MPCF_E_FORMAT, "is a Git LFS pointer");
        assert_message_contains(err, names[i]);
        assert_message_contains(err, "git lfs pull");
        mpcf_free(folder);
    }
    char *folder = new_folder();
    put_text(folder, "tf_model.h5", "");
    assert_not_opened(folder, MPCF_E_UNSUPPORTED, "'tf_model.h5' is not read");
    put_text(folder, "pytorch_model.bin", "<html>");
    assert_not_opened(folder, MPCF_E_FORMAT, "not of torch.save()");
    mpcf_free(folder);
}

/* --- Saving --- */

static void saved_checkpoint_is_loaded_again(void **state)
{
    (void) state;
    mpcf_graph *g = small_network();
    struct parameters *p = NULL, *q = NULL;
    char *from = new_folder();
    char *to = mpcf_format("%s/deep/saved", from);
    json_t *config = json_pack("{s:i}", "hidden_size", 2);
    put_text(from, "vocab.txt", "[PAD]\n");
    p = network_parameters(g);
    q = network_parameters(g);
    for (size_t i = 0; i < p->items[1].count; i++) {
        p->items[1].value[i] = weights[i];
    }
    assert_ok(checkpoint_save(to, config, from, p, err), err);
    assert_ok(checkpoint_save(to, config, to, p, err), err); /* over itself */
    size_t made = 9;
    assert_ok(load_folder(to, q, g, &made), err);
    assert_int_equal(made, 0);
    assert_memory_equal(q->items[1].value, weights, sizeof(weights));
    char *vocabulary = file_join(to, "vocab.txt");
    assert_true(file_exists(vocabulary));
    mpcf_free(vocabulary);
    json_decref(config);
    network_free(p);
    network_free(q);
    graph_destroy(g);
    mpcf_free(from);
    mpcf_free(to);
}

/* A limit on file sizes fails writes as a full disk does. */
static void full_disk_leaves_the_old_checkpoint(void **state)
{
    (void) state;
    mpcf_graph *g = graph_create();
    struct parameters *p = NULL;
    char *folder = new_folder();
    json_t *config = json_pack("{s:i}", "generation", 1);
    struct rlimit old, small;
    (void) mpcf_parameter(g, "big", mpcf_shape_2(128, 128), MPCF_INIT_REQUIRED, 0);
    p = network_parameters(g);
    assert_ok(checkpoint_save(folder, config, NULL, p, err), err);

    (void) json_object_set_new(config, "generation", json_integer(2));
    p->items[0].value[0] = 5.0F;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 16384, .rlim_max = old.rlim_max};
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    mpcf_status status = checkpoint_save(folder, config, NULL, p, err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_status_was(MPCF_E_IO, status, err);

    struct checkpoint *c = NULL;
    assert_ok(checkpoint_open(folder, &c, err), err);
    assert_int_equal(json_integer_value(json_object_get(checkpoint_config(c), "generation")), 1);
    const struct load_request request = {NULL, NEW_REFUSED};
    assert_ok(checkpoint_load(c, g, &request, p, NULL, err), err);
    assert_true(p->items[0].value[0] == 0.0F);
    checkpoint_close(c);
    json_decref(config);
    network_free(p);
    graph_destroy(g);
    mpcf_free(folder);
}

static void short_memory_is_an_error(void **state)
{
    (void) state;
    char *folder = new_folder();
    const struct tensor_out tensor = norm("a");
    put_model(folder, "model.safetensors", &tensor, 1);
    mpcf_status status = MPCF_E_NOMEM;
    for (size_t n = 1; status != MPCF_OK && n < 1000; n++) {
        struct checkpoint *c = NULL;
        mpcf_error_reset(err);
        mpcf_test_fail_alloc(n);
        status = checkpoint_open(folder, &c, err);
        mpcf_test_fail_alloc(0);
        assert_true(status == MPCF_OK || c == NULL);
        checkpoint_close(c);
    }
    assert_was_ok(status, err);
    mpcf_free(folder);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_names_and_missing_prefix_are_understood),
        cmocka_unit_test(missing_tensor_names_the_nearest),
        cmocka_unit_test(wrong_shape_names_both),
        cmocka_unit_test(weights_that_are_no_numbers_are_refused),
        cmocka_unit_test(missing_files_are_named),
        cmocka_unit_test(an_index_must_name_files_that_are_there),
        cmocka_unit_test(an_index_may_list_more_or_less),
        cmocka_unit_test(what_is_needed_must_be_there_once),
        cmocka_unit_test(a_missing_head_is_refused_or_named),
        cmocka_unit_test(a_head_of_another_shape_starts_new_only_to_be_trained),
        cmocka_unit_test(shards_of_torch_are_read),
        cmocka_unit_test(weights_of_8_bits_have_their_scale),
        cmocka_unit_test(weights_of_8_bits_without_a_scale_are_refused),
        cmocka_unit_test(files_of_others_are_named),
        cmocka_unit_test(saved_checkpoint_is_loaded_again),
        cmocka_unit_test(full_disk_leaves_the_old_checkpoint),
        cmocka_unit_test(short_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
