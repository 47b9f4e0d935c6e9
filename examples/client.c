/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks texts of a provider and a dealer that run elsewhere:
 *
 *     cc client.c $(pkg-config --cflags --libs mpcf-client) -o client
 *     ./client sst2.yaml "a film that stays with you" "a dull one"
 */
#include <stdio.h>
#include <stdlib.h>

#include <mpcf/client.h>

static void show(const mpcf_client *client, const float *answer)
{
    const size_t numbers = mpcf_client_numbers(client);
    size_t best = 0;

    for (size_t i = 1; i < numbers; i++) {
        best = answer[i] > answer[best] ? i : best;
    }
    if (mpcf_client_classes(client) == 1) {
        printf("%g\n", (double) answer[0]);
        return;
    }
    if (numbers == 1) {
        best = (size_t) answer[0]; /* reveal: label */
    }
    const char *label = mpcf_client_label(client, best);
    printf("%s\n", label != NULL ? label : "no name");
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: client PIPELINE.yaml TEXT ...\n");
        return 2;
    }
    const mpcf_client_options options = {.struct_size = sizeof options, .file = argv[1]};
    const char *const *texts = (const char *const *) argv + 2;
    const size_t count = (size_t) argc - 2;
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = NULL;
    float *answers = NULL;
    mpcf_status status = mpcf_client_open(&options, &client, err);

    if (status == MPCF_OK) {
        status = mpcf_client_connect(client, err);
    }
    if (status == MPCF_OK) {
        answers = calloc(count * mpcf_client_numbers(client) + 1, sizeof *answers);
        status = answers != NULL ? mpcf_client_ask(client, texts, NULL, count, answers, err)
                                 : MPCF_E_NOMEM;
    }
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        show(client, answers + i * mpcf_client_numbers(client));
    }
    if (status != MPCF_OK) {
        fprintf(stderr, "%s\n", mpcf_error_text(err));
    }
    free(answers);
    mpcf_client_close(client);
    mpcf_error_destroy(err);
    return status == MPCF_OK ? 0 : 1;
}
