/* SPDX-License-Identifier: Apache-2.0 */
/* The words, rows and labels of the example's task. */
#include "example_task.h"

#include "base/random.h"

static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
static const char *const good[] = {"good",   "great", "warm",   "funny",   "clever",   "moving",
                                   "bright", "fresh", "honest", "lovely",  "graceful", "rich",
                                   "tender", "witty", "superb", "charming"};
static const char *const bad[] = {"bad",  "dull",  "cold",   "flat",   "tired",   "clumsy",
                                  "grim", "stale", "hollow", "boring", "shallow", "poor",
                                  "loud", "silly", "weak",   "awkward"};
static const char *const neutral[] = {
    "the",   "a",      "film",  "story", "plot",   "actor", "scene", "music", "is",    "was",
    "and",   "with",   "of",    "in",    "it",     "very",  "quite", "often", "both",  "end",
    "start", "middle", "every", "some",  "camera", "voice", "city",  "house", "river", "friend",
    "one",   "two",    "long",  "short", "old",    "new",   "about", "from",  "to",    "this"};
static const char negation[] = "not";

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void append_words(struct text_buffer *out, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s\n", words[i]);
    }
}

void example_vocabulary(struct text_buffer *out)
{
    append_words(out, special, COUNT(special));
    text_printf(out, "%s\n", negation);
    append_words(out, good, COUNT(good));
    append_words(out, bad, COUNT(bad));
    append_words(out, neutral, COUNT(neutral));
}

size_t example_vocabulary_size(void)
{
    return COUNT(special) + 1 + COUNT(good) + COUNT(bad) + COUNT(neutral);
}

static size_t draw(uint64_t *state, size_t count)
{
    return (size_t) (random_uniform(state) * (double) count);
}

/* One word; returns what it adds to the text's balance. */
static int append_word(struct text_buffer *out, uint64_t *state)
{
    const double kind = random_uniform(state);
    const bool turned = random_uniform(state) < 0.15;
    const bool is_good = random_uniform(state) < 0.5;

    if (kind < 0.6) {
        text_printf(out, " %s", neutral[draw(state, COUNT(neutral))]);
        return 0;
    }
    text_printf(out, "%s%s %s", turned ? " " : "", turned ? negation : "",
                is_good ? good[draw(state, COUNT(good))] : bad[draw(state, COUNT(bad))]);
    return is_good != turned ? 1 : -1;
}

/* A text without a tie, so that every label has a reason. */
static int append_text(struct text_buffer *out, uint64_t *state)
{
    const size_t start = out->length;
    int balance = 0;

    do {
        const size_t words = 4 + draw(state, 9);

        balance = 0;
        out->length = start;
        for (size_t i = 0; i < words && !out->failed; i++) {
            balance += append_word(out, state);
        }
    } while (balance == 0 && !out->failed);
    return balance;
}

void example_rows(size_t rows, uint64_t seed, struct text_buffer *out)
{
    uint64_t state = seed;

    text_append(out, "sentence\tlabel\n");
    for (size_t i = 0; i < rows && !out->failed; i++) {
        struct text_buffer line = {0};
        const int balance = append_text(&line, &state);

        text_printf(out, "%s\t%d\n", line.data == NULL ? "" : line.data + 1, balance > 0);
        text_clear(&line);
    }
}
