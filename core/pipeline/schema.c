/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a pipeline file as option tables, and how they are printed. */
#include "pipeline/schema.h"

#include <assert.h>
#include <stddef.h>

#include "graph/graph.h"
#include "pipeline/settings.h"
#include "plugin/option_set.h"
#include "secure/session_limits.h"

/* clang-format off */
#define END {.key = NULL}
#define QUOTE(text)   #text
#define TEXT_OF(name) QUOTE(name)
#define FIELD(type, field) .offset = offsetof(type, field)

static const mpcf_option top_options[] = {
    {.key = "version", .type = MPCF_OPT_INT, FIELD(struct top_settings, version), .min = 1, .max = 1,
     .help = "of this file's form"},
    {.key = "output", .type = MPCF_OPT_PATH, FIELD(struct top_settings, output),
     .help = "folder of the run: networks, report; made where it is missing"},
    {.key = "seed", .type = MPCF_OPT_INT, .default_text = "1", FIELD(struct top_settings, seed),
     .min = 0, .max = 9007199254740992.0, .help = "of everything random in training"},
    END};

static const mpcf_option model_options[] = {
    {.key = "family", .type = MPCF_OPT_STRING, .default_text = "",
     FIELD(struct model_settings, family),
     .help = "model plug-in: bert, camembert, distilbert, electra, roberta, xlm-roberta; where none is "
             "named, config.json's model_type says it"},
    {.key = "path", .type = MPCF_OPT_PATH, FIELD(struct model_settings, path),
     .help = "folder with config.json, the tokenizer's files and the weights: *.safetensors or pytorch_model.bin"},
    {.key = "labels", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct model_settings, labels), .min = 0, .max = 64,
     .help = "of the checkpoint, where not those of the task: 1 is a score; no metrics then"},
    {.key = "new_head", .type = MPCF_OPT_BOOL, .default_text = "false",
     FIELD(struct model_settings, new_head),
     .help = "without finetune too, weights of the head that are missing start as random numbers"},
    {.key = "lower_case", .type = MPCF_OPT_CHOICE, .default_text = "auto",
     FIELD(struct model_settings, lower_case), .choices = model_case_names,
     .help = "of texts, where there is a vocab.txt and no file says do_lower_case: auto looks at its words"},
    {.key = "max_length", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct model_settings, max_length), .min = 0, .max = RUN_TOKENS_MAX,
     .help = "without a dataset: tokens kept of a text, special ones included; 0: as the model has positions"},
    END};

static const mpcf_option dataset_options[] = {
    {.key = "reader", .type = MPCF_OPT_STRING, FIELD(struct dataset_settings, reader),
     .help = "dataset plug-in: glue, imdb, table; its options stand beside this key"},
    {.key = "path", .type = MPCF_OPT_PATH, FIELD(struct dataset_settings, path),
     .help = "folder of the data, or the file where the reader takes one"},
    {.key = "max_length", .type = MPCF_OPT_INT, .default_text = "128",
     FIELD(struct dataset_settings, max_length), .min = 4, .max = RUN_TOKENS_MAX,
     .help = "tokens kept of an example, special ones included"},
    {.key = "keep_tokens", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct dataset_settings, keep_tokens),
     .help = "the data as token ids, in cache/ of the output folder, so that the next run need not tokenize"},
    END};

static const mpcf_option party_options[] = {
    {.key = "listen", .type = MPCF_OPT_STRING, .default_text = "",
     FIELD(struct party_settings, listen), .help = "own address, in the transport's form"},
    {.key = "address", .type = MPCF_OPT_STRING, .default_text = "",
     FIELD(struct party_settings, address), .help = "what the others call; as listen where not given"},
    {.key = "keys", .type = MPCF_OPT_PATH, .default_text = "", FIELD(struct party_settings, keys),
     .help = "file of this role's keys, made by `mpcf-host keys new`; only this role needs it"},
    END};

static const char *const schedules[] = {"linear", "constant", NULL};

#define TRAINING(owner, epochs_, batch_, rate_, schedule_, warmup_, epochs_help, dropout_help)         \
    {.key = "epochs", .type = MPCF_OPT_INT, .default_text = epochs_,                                  \
     FIELD(owner, training.epochs), .min = -1, .max = 10000, .help = epochs_help},                     \
    {.key = "batch", .type = MPCF_OPT_INT, .default_text = batch_, FIELD(owner, training.batch),       \
     .min = -1, .max = 4096, .help = "examples a step; -1: the paper's for the task"},                \
    {.key = "learning_rate", .type = MPCF_OPT_REAL, .default_text = rate_,                            \
     FIELD(owner, training.learning_rate), .min = 0, .max = 1, .help = "highest rate of AdamW"},       \
    {.key = "schedule", .type = MPCF_OPT_CHOICE, .default_text = schedule_,                           \
     FIELD(owner, training.schedule), .choices = schedules, .help = "of the rate after the warm-up"},  \
    {.key = "warmup", .type = MPCF_OPT_REAL, .default_text = warmup_, FIELD(owner, training.warmup),   \
     .min = 0, .max = 1, .help = "share of the steps in which the rate rises from 0"},                \
    {.key = "weight_decay", .type = MPCF_OPT_REAL, .default_text = "0.01",                            \
     FIELD(owner, training.weight_decay), .min = 0, .max = 1,                                          \
     .help = "of all but biases and layer norms"},                                                    \
    {.key = "clip", .type = MPCF_OPT_REAL, .default_text = "1.0", FIELD(owner, training.clip),         \
     .min = 0, .max = 1e9, .help = "largest norm of all gradients together; 0: no clipping"},         \
    {.key = "dropout", .type = MPCF_OPT_REAL, .default_text = "-1", FIELD(owner, training.dropout),    \
     .min = -1, .max = 0.9, .help = dropout_help}

static const mpcf_option finetune_options[] = {
    TRAINING(struct finetune_settings, "3", "32", "5e-5", "linear", "0.1", "passes over the data",
             "share dropped; -1: as config.json says"),
    {.key = "examples", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct finetune_settings, examples), .min = 0, .max = 1e12,
     .help = "training rows used, spread evenly over the split; 0: all"},
    END};

static const char *const inits[] = {"teacher", "random", NULL};
static const mpcf_option convert_options[] = {
    {.key = "init", .type = MPCF_OPT_CHOICE, .default_text = "teacher",
     FIELD(struct convert_settings, init), .choices = inits,
     .help = "what the student's weights begin as; random is the paper's ablation"},
    {.key = "measure_rows", .type = MPCF_OPT_INT, .default_text = "256",
     FIELD(struct convert_settings, measure_rows), .min = 1, .max = 1e9,
     .help = "of calibrate's rows, those that constants of approximations are measured on"},
    END};

static const mpcf_option distill_options[] = {
    {.key = "examples", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct distill_settings, examples), .min = 0, .max = 1e12,
     .help = "training rows used, spread evenly over the split; 0: all"},
    {.key = "teacher_dropout", .type = MPCF_OPT_BOOL, .default_text = "false",
     FIELD(struct distill_settings, teacher_dropout),
     .help = "the teacher drops as in training, as in the paper's code"},
    END};

static const char *const attentions[] = {"scores", "weights", NULL};
static const mpcf_option layers_options[] = {
    TRAINING(struct layers_settings, "-1", "-1", "5e-5", "constant", "0",
             "passes; -1: the paper's for the task, 0: leave the step out",
             "share the student drops; -1: none"),
    {.key = "match_embedding", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct layers_settings, match_embedding), .help = "loss on the embedding output"},
    {.key = "match_attention", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct layers_settings, match_attention), .help = "loss on the attention of every layer"},
    {.key = "match_hidden", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct layers_settings, match_hidden), .help = "loss on the hidden state of every layer"},
    {.key = "attention", .type = MPCF_OPT_CHOICE, .default_text = "scores",
     FIELD(struct layers_settings, attention), .choices = attentions,
     .help = "what of the attention is matched: scores before, or weights after normalising"},
    END};

static const char *const prediction_losses[] = {"mse", "soft", NULL};
static const mpcf_option prediction_options[] = {
    TRAINING(struct prediction_settings, "5", "-1", "1e-5", "linear", "0.1",
             "passes; 0: leave the step out", "share the student drops; -1: none"),
    {.key = "loss", .type = MPCF_OPT_CHOICE, .default_text = "mse",
     FIELD(struct prediction_settings, loss), .choices = prediction_losses,
     .help = "mse of the logits (the paper), or soft cross-entropy (its code)"},
    {.key = "temperature", .type = MPCF_OPT_REAL, .default_text = "1",
     FIELD(struct prediction_settings, temperature), .min = 0.01, .max = 100,
     .help = "of soft cross-entropy"},
    END};

static const mpcf_option calibrate_options[] = {
    {.key = "examples", .type = MPCF_OPT_INT, .default_text = "1024",
     FIELD(struct calibrate_settings, examples), .min = 1, .max = 1e9,
     .help = "training rows whose ranges are measured"},
    {.key = "margin_bits", .type = MPCF_OPT_REAL, .default_text = "2",
     FIELD(struct calibrate_settings, margin_bits), .min = 0, .max = 8,
     .help = "added to every range; a value outside is a wrong answer nobody notices"},
    {.key = "reference", .type = MPCF_OPT_INT, .default_text = "16",
     FIELD(struct calibrate_settings, reference), .min = 0, .max = 1e6,
     .help = "of these rows run in the clear on the secure run's integers, when the student is made; 0: none"},
    END};

static const mpcf_option infer_options[] = {
    {.key = "examples", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct infer_settings, examples), .min = 0, .max = 1e12,
     .help = "rows of the evaluation split that run securely, spread evenly; 0: all"},
    {.key = "batch", .type = MPCF_OPT_INT, .default_text = "1",
     FIELD(struct infer_settings, batch), .min = 1, .max = 1024, .help = "examples in one run"},
    {.key = "length", .type = MPCF_OPT_CHOICE, .default_text = "bucket",
     FIELD(struct infer_settings, length), .choices = infer_length_names,
     .help = "what the other roles learn of a text's length: all, its bucket, nothing"},
    {.key = "buckets", .type = MPCF_OPT_REAL_LIST, .default_text = "[16, 32, 64, 128, 256, 512]",
     FIELD(struct infer_settings, buckets), .min = 1, .max = RUN_TOKENS_MAX,
     .help = "padded lengths, ascending; max_length is always the last"},
    {.key = "embedding", .type = MPCF_OPT_CHOICE, .default_text = "private",
     FIELD(struct infer_settings, embedding), .choices = infer_embedding_names,
     .help = "public gives the embedding tables to the user, who then looks words up itself"},
    {.key = "weights", .type = MPCF_OPT_CHOICE, .default_text = "held",
     FIELD(struct infer_settings, weights), .choices = infer_weights_names,
     .help = "how products use them: masked once a session, or opened anew in each inference"},
    {.key = "weight_masks", .type = MPCF_OPT_CHOICE, .default_text = "session",
     FIELD(struct infer_settings, weight_masks), .choices = infer_masks_names,
     .help = "of weights: held: drawn anew for each session, or kept for a user that the link proves, so "
             "that one who comes back waits for no set-up (SECURITY.md says what that gives up)"},
    {.key = "reveal", .type = MPCF_OPT_CHOICE, .default_text = "logits",
     FIELD(struct infer_settings, reveal), .choices = infer_reveal_names,
     .help = "what the user learns of an example: its logits, or which is the largest and no more"},
    {.key = "check_ranges", .type = MPCF_OPT_CHOICE, .default_text = "off",
     FIELD(struct infer_settings, check_ranges), .choices = infer_check_names,
     .help = "compares values with their ranges, so that an answer beyond them is marked and no wrong one: "
             "rows (sums, variances, logits), all (also what functions are of: true), off (false)"},
    {.key = "max_questions", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct infer_settings, max_questions), .min = 0, .max = 1e9,
     .help = "examples that the provider answers a user, over all its runs; 0: no limit"},
    {.key = "preprocess", .type = MPCF_OPT_CHOICE, .default_text = "stream",
     FIELD(struct infer_settings, preprocess), .choices = infer_preprocess_names,
     .help = "the dealer's corrections: as they are needed, or dealt ahead onto the disk"},
    {.key = "store", .type = MPCF_OPT_PATH, .default_text = "",
     FIELD(struct infer_settings, store), .help = "folder of stored corrections; empty: in output"},
    {.key = "store_runs", .type = MPCF_OPT_INT, .default_text = "1",
     FIELD(struct infer_settings, store_runs), .min = 1, .max = 1e6,
     .help = "with preprocess: store, for how many runs of these examples the dealer deals at once"},
    {.key = "store_sessions", .type = MPCF_OPT_INT, .default_text = "0",
     FIELD(struct infer_settings, store_sessions), .min = 0, .max = 1e6,
     .help = "stored sessions kept, the one unused longest goes; 0: 16 at the provider, 1 at the user"},
    {.key = "store_age", .type = MPCF_OPT_DURATION, .default_text = "720h",
     FIELD(struct infer_settings, store_age_ns), .min = 0, .max = 3.1536e17,
     .help = "a stored session that was not used for so long is removed; 0: none is"},
    {.key = "session_inferences", .type = MPCF_OPT_INT, .default_text = TEXT_OF(SESSION_INFERENCES),
     FIELD(struct infer_settings, session_inferences), .min = 1, .max = SESSION_INFERENCES,
     .help = "inferences of one session, under one set of seeds; then the user begins another"},
    {.key = "timeout", .type = MPCF_OPT_DURATION, .default_text = "60s",
     FIELD(struct infer_settings, timeout_ns), .min = 1e6, .max = 8.64e13,
     .help = "a peer that shows no sign of life for longer ends the run; each byte that moves is one, "
             "and who is busy gives others"},
    {.key = "connect_timeout", .type = MPCF_OPT_DURATION, .default_text = "120s",
     FIELD(struct infer_settings, connect_ns), .min = 1e6, .max = 8.64e13,
     .help = "how long another role is waited for at the start, also while it is busy with another session"},
    {.key = "value_fraction", .type = MPCF_OPT_INT, .default_text = "12",
     FIELD(struct infer_settings, value_fraction), .min = 4, .max = 24,
     .help = "fractional bits of values"},
    {.key = "weight_fraction", .type = MPCF_OPT_INT, .default_text = "14",
     FIELD(struct infer_settings, weight_fraction), .min = 4, .max = 24,
     .help = "fractional bits of weights"},
    {.key = "logit_fraction", .type = MPCF_OPT_INT, .default_text = "8",
     FIELD(struct infer_settings, logit_fraction), .min = 2, .max = 24,
     .help = "fractional bits of the logits that the user learns, at most value_fraction; reveal: label compares all bits there are"},
    {.key = "resume", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct infer_settings, resume),
     .help = "--role user does not ask again what an earlier run that broke off has answers to"},
    {.key = "fixed", .type = MPCF_OPT_BOOL, .default_text = "true",
     FIELD(struct infer_settings, fixed),
     .help = "also evaluate the whole split in the clear, on the secure run's integers"},
    {.key = "allow_difference", .type = MPCF_OPT_BOOL, .default_text = "false",
     FIELD(struct infer_settings, allow_difference),
     .help = "go on where more than 0.5 % and more than 2 rows have another answer on the secure run's "
             "integers than in floats"},
    {.key = "test_predictions", .type = MPCF_OPT_BOOL, .default_text = "false",
     FIELD(struct infer_settings, test_predictions),
     .help = "a run of all roles also writes what the student, in floats, says of the test splits, in "
             "the benchmark's form"},
    END};

static const mpcf_option network_options[] = {
    {.key = "delay", .type = MPCF_OPT_DURATION, FIELD(struct network_settings, delay_ns), .min = 0,
     .max = 10e9, .help = "one way between provider and user, half of what ping says"},
    {.key = "rate", .type = MPCF_OPT_STRING, FIELD(struct network_settings, rate),
     .help = "what each of them sends, in bits a second: 200Mbit, 6Gbit"},
    END};

static const char *const top_others[] = {"model", "dataset", "plugins", "approximations",
                                         "transport", "parties", "stages", NULL};
static const char *const model_others[] = {"options", NULL};
static const char *const dataset_others[] = {"options", NULL};
static const char *const party_others[] = {"options", NULL};
static const char *const infer_others[] = {"network", NULL};
static const char *const distill_others[] = {"layers", "prediction", NULL};

static const struct schema sections[SCHEMA_COUNT] = {
    [SCHEMA_TOP] = {"", top_options, sizeof(struct top_settings), top_others, "the file"},
    [SCHEMA_MODEL] = {"model", model_options, sizeof(struct model_settings), model_others,
                      "the network; without stages.finetune it is the teacher"},
    [SCHEMA_DATASET] = {"dataset", dataset_options, sizeof(struct dataset_settings), dataset_others,
                        "the task; not needed by a file whose stages ask for none"},
    [SCHEMA_PARTY] = {"parties.provider, parties.dealer, parties.user", party_options,
                      sizeof(struct party_settings), party_others,
                      "where the roles are; without it all three run here"},
    [SCHEMA_FINETUNE] = {"stages.finetune", finetune_options, sizeof(struct finetune_settings), NULL,
                         "makes the teacher"},
    [SCHEMA_CONVERT] = {"stages.convert", convert_options, sizeof(struct convert_settings), NULL,
                        "student = teacher with functions replaced"},
    [SCHEMA_DISTILL] = {"stages.distill", distill_options, sizeof(struct distill_settings),
                        distill_others, "the student learns from the teacher"},
    [SCHEMA_LAYERS] = {"stages.distill.layers", layers_options, sizeof(struct layers_settings), NULL,
                       "first step: embedding output, attention, hidden states"},
    [SCHEMA_PREDICTION] = {"stages.distill.prediction", prediction_options,
                           sizeof(struct prediction_settings), NULL, "second step: logits"},
    [SCHEMA_CALIBRATE] = {"stages.calibrate", calibrate_options, sizeof(struct calibrate_settings),
                          NULL, "ranges of the values, after convert and distill"},
    [SCHEMA_INFER] = {"stages.infer", infer_options, sizeof(struct infer_settings), infer_others,
                      "secure inference"},
    [SCHEMA_NETWORK] = {"stages.infer.network", network_options, sizeof(struct network_settings), NULL,
                        "the link that programs are planned for, or its name: lan (0.15 ms one way, 6 Gbit/s, "
                        "the default), campus (1 ms, 1 Gbit/s), wan (20 ms, 200 Mbit/s)"},
};
/* clang-format on */

const struct schema *schema_section(enum schema_section section)
{
    assert((size_t) section < SCHEMA_COUNT);
    return &sections[section];
}

void schema_print(struct text_buffer *out)
{
    for (size_t i = 0; i < SCHEMA_COUNT; i++) {
        const struct schema *s = &sections[i];

        text_printf(out, "## %s\n\n%s\n\n```\n", *s->path == '\0' ? "Top level" : s->path,
                    s->about);
        option_table_print(s->options, sizeof(mpcf_option), out);
        text_append(out, "```\n");
        if (s->others != NULL) {
            text_append(out, "\nand");
            for (size_t j = 0; s->others[j] != NULL; j++) {
                text_printf(out, "%s `%s`", j == 0 ? "" : ",", s->others[j]);
            }
            text_append(out, ".\n");
        }
        text_append(out, "\n");
    }
}
