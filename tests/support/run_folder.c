/* SPDX-License-Identifier: Apache-2.0 */
#include "support/run_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "bench/bench_tokenizer.h"
#include "network/loaded_network.h"
#include "pipeline/open_pipeline.h"
#include "report/report.h"
#include "stages/run_pipeline.h"
#include "support/datasets.h"
#include "support/support.h"

enum { VOCABULARY = 128, TRAIN_ROWS = 64, MAX_LENGTH = 40 };

/* --- Texts --- */

static size_t vocabulary_of(const struct test_run *run)
{
    return run->vocabulary != 0 ? run->vocabulary : VOCABULARY;
}

static void add_words(const struct test_run *run, struct text_buffer *text,
                      struct test_random *random)
{
    const size_t vocabulary = vocabulary_of(run), count = 2 + test_random_u64(random) % 16;

    if (run->text != NULL) {
        text_append(text, run->text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text_printf(text, "%st%u", i == 0 ? "" : " ",
                    (unsigned) (5 + test_random_u64(random) % (vocabulary - 5)));
    }
}

static void write_rows(const struct test_run *run, const char *folder, const char *name,
                       size_t rows, struct test_random *random)
{
    const int is_pair = strcmp(run->task, "RTE") == 0;
    struct text_buffer text = {0};

    text_append(&text, is_pair ? "index\tsentence1\tsentence2\tlabel\n" : "sentence\tlabel\n");
    for (size_t i = 0; i < rows; i++) {
        if (is_pair) {
            text_printf(&text, "%zu\t", i);
        }
        add_words(run, &text, random);
        if (is_pair) {
            text_append(&text, "\t");
            add_words(run, &text, random);
            text_append(&text, i % 3 == 0 ? "\tentailment\n" : "\tnot_entailment\n");
        } else {
            text_append(&text, i % 3 == 0 ? "\t1\n" : "\t0\n");
        }
    }
    test_write(folder, name, text.data);
    text_clear(&text);
}

/* --- The network --- */

static const char *config_of(const char *family)
{
    return strcmp(family, "roberta") == 0
               ? "{\"architectures\": [\"RobertaForSequenceClassification\"], "
                 "\"model_type\": \"roberta\", \"num_hidden_layers\": 2, \"hidden_size\": 32, "
                 "\"num_attention_heads\": 4, \"intermediate_size\": 64, \"vocab_size\": 128, "
                 "\"max_position_embeddings\": 48, \"type_vocab_size\": 1, \"pad_token_id\": 1, "
                 "\"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-5}"
               : "{\"architectures\": [\"BertForSequenceClassification\"], "
                 "\"model_type\": \"bert\", \"num_hidden_layers\": 2, \"hidden_size\": 32, "
                 "\"num_attention_heads\": 4, \"intermediate_size\": 64, \"vocab_size\": 128, "
                 "\"max_position_embeddings\": 48, \"type_vocab_size\": 2, \"pad_token_id\": 0, "
                 "\"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-12}";
}

static void randomise(struct parameters *parameters)
{
    struct test_random random = {7};

    for (size_t i = 0; i < parameters->count; i++) {
        struct parameter *p = &parameters->items[i];
        const double mean = parameter_is_gain(p) ? 1 : 0;

        for (size_t k = 0; k < p->count; k++) {
            p->value[k] = (float) (mean + 0.1 * test_random_normal(&random));
        }
    }
}

static void write_weights(const struct pipeline *p, mpcf_error *err)
{
    struct loaded_network n = {0};

    assert_ok(loaded_network_build(p, p->model_path, FUNCTIONS_EXACT, &n, err), err);
    assert_ok(parameters_create(n.network->graph, false, &n.parameters, err), err);
    randomise(n.parameters);
    assert_ok(loaded_network_save(p, &n, p->model_path, err), err);
    loaded_network_clear(&n);
}

static void write_model(const struct test_run *run, const char *model, mpcf_error *err)
{
    static const char *const names[] = {"config.json", "model.safetensors"};
    const char *family = run->family != NULL ? run->family : "bert";

    assert_ok(file_make_folder(model, err), err);
    assert_ok(bench_tokenizer_write(model, family, (int64_t) vocabulary_of(run), err), err);
    if (run->checkpoint == NULL) {
        test_write(model, "config.json", run->config != NULL ? run->config : config_of(family));
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        char *from = file_join(run->checkpoint, names[i]), *to = file_join(model, names[i]);

        assert_ok(file_copy(from, to, err), err);
        mpcf_free(from);
        mpcf_free(to);
    }
}

/* --- The file --- */

static void write_pipeline(const struct test_run *run, const char *folder)
{
    struct text_buffer text = {0};

    text_append(&text, "version: 1\noutput: run\nmodel: {");
    if (run->family != NULL) {
        text_printf(&text, "family: %s, ", run->family);
    }
    text_printf(&text, "path: model, labels: %zu}\n", run->labels);
    text_printf(&text, "dataset: {reader: glue, task: %s, path: data, max_length: %zu}\n",
                run->task, run->max_length != 0 ? run->max_length : MAX_LENGTH);
    text_printf(&text, "approximations: %s\n",
                run->approximations != NULL ? run->approximations
                                            : "{activation: quad, normaliser: 2quad}");
    text_printf(&text, "transport: {name: %s}\n%s", run->transport, run->parties);
    text_printf(&text, "stages:\n  convert: {}\n  calibrate: {examples: %d}\n  infer: {%s}\n%s",
                TRAIN_ROWS, run->infer, run->stages != NULL ? run->stages : "");
    test_write(folder, "pipeline.yaml", text.data);
    text_clear(&text);
}

struct opened {
    char *file;
    struct pipeline_request source;
    struct pipeline *p;
};

static struct opened open_run(const char *folder, mpcf_error *err)
{
    struct opened o = {.file = file_join(folder, "pipeline.yaml")};

    o.source = (struct pipeline_request){.file = o.file};
    assert_ok(pipeline_open(&o.source, &o.p, err), err);
    return o;
}

static void close_run(struct opened *o)
{
    pipeline_close(o->p);
    mpcf_free(o->file);
}

static void run_stage(const struct opened *o, enum pipeline_stage stage, mpcf_error *err)
{
    const struct run_request request = {
        .source = &o->source, .one_stage = true, .stage = stage, .viewer = VIEW_ALL};

    assert_ok(pipeline_run(o->p, &request, err), err);
}

const char *test_run_create(const struct test_run *run)
{
    static char folders[4][4096];
    static unsigned turn;
    char *folder = folders[turn++ % 4];
    mpcf_error *err = mpcf_error_create();
    struct test_random random = {11};
    struct opened o;

    (void) snprintf(folder, sizeof folders[0], "%s/%u", test_folder(), turn);
    assert_ok(file_make_folder(folder, err), err);
    char *data = file_join(folder, "data"), *model = file_join(folder, "model");

    write_rows(run, data, "train.tsv", TRAIN_ROWS, &random);
    write_rows(run, data, "dev.tsv", run->rows, &random);
    write_model(run, model, err);
    write_pipeline(run, folder);
    o = open_run(folder, err);
    if (run->checkpoint == NULL) {
        write_weights(o.p, err);
    }
    run_stage(&o, STAGE_CONVERT, err);
    close_run(&o);
    mpcf_free(data);
    mpcf_free(model);
    mpcf_error_destroy(err);
    return folder;
}

json_t *test_run_infer(const char *folder)
{
    mpcf_error *err = mpcf_error_create();
    struct opened o = open_run(folder, err);
    json_t *report = NULL;

    run_stage(&o, STAGE_INFER, err);
    assert_ok(report_read(o.p->output, &report, err), err);
    close_run(&o);
    mpcf_error_destroy(err);
    return report;
}

double test_report_number(const json_t *report, const char *path)
{
    const json_t *value = report_get(report, path);

    if (!json_is_number(value)) {
        fail_msg("the report has no number %s", path);
    }
    return json_number_value(value);
}

bool test_report_agrees(const json_t *report, double largest_error)
{
    return test_report_number(report, "secure.max_logit_error") <= largest_error &&
           test_report_number(report, "secure.disagreement_margin") <= 2 * largest_error;
}

/* --- Processes --- */

enum { WORDS_MAX = 32 };

pid_t test_host_start(const char *folder, const char *log, const char *const *before,
                      const char *const *words)
{
    const char *host = getenv("MPCF_HOST");
    char *path = file_join(folder, log);
    const char *all[WORDS_MAX];
    size_t n = 0;
    pid_t pid = 0;

    assert_non_null(host);
    for (; before != NULL && *before != NULL; before++) {
        all[n++] = *before;
    }
    all[n++] = host;
    for (; *words != NULL && n + 1 < WORDS_MAX; words++) {
        all[n++] = *words;
    }
    all[n] = NULL;
    pid = fork();
    if (pid == 0) {
        const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        if (chdir(folder) == 0 && fd >= 0 && dup2(fd, 1) >= 0 && dup2(fd, 2) >= 0) {
            (void) execvp(all[0], (char *const *) (uintptr_t) all);
        }
        _exit(127);
    }
    mpcf_free(path);
    assert_true(pid > 0);
    return pid;
}

int test_host_wait(pid_t pid, double seconds)
{
    const struct timespec pause = {0, 20000000};
    const int64_t began_ns = clock_now_ns();
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_seconds_since(began_ns) > seconds) {
            (void) kill(pid, SIGKILL);
            (void) waitpid(pid, &status, 0);
            return -1;
        }
        (void) nanosleep(&pause, NULL);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

char *test_read(const char *folder, const char *name)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(folder, name), *text = NULL;
    size_t length = 0;

    assert_ok(file_read(path, (size_t) 64 << 20, &text, &length, err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return text;
}

json_t *test_read_json(const char *folder, const char *name)
{
    char *text = test_read(folder, name);
    json_t *value = json_loads(text, 0, NULL);

    assert_non_null(value);
    mpcf_free(text);
    return value;
}
