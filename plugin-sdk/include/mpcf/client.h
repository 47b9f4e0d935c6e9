/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/client.h - the user's role for programs: asks texts of a provider and a dealer, which run
 * elsewhere as `mpcf-host FILE.yaml --role provider` and `--role dealer`.
 *
 *     mpcf_client_options options = {.struct_size = sizeof options, .file = "sst2.yaml"};
 *     mpcf_client *client = NULL;
 *     if (mpcf_client_open(&options, &client, err) == MPCF_OK &&
 *         mpcf_client_connect(client, err) == MPCF_OK) {
 *         status = mpcf_client_ask(client, texts, NULL, count, answers, err);
 *     }
 *     mpcf_client_close(client);
 *
 * Link with -lmpcf. It is no part of the plug-in ABI: a program is built against the library that it
 * runs with, or a later one of the same major number. Errors are those of <mpcf/error.h>.
 *
 * A client is used from one thread at a time; several may be open. From connect() to close() a thread
 * of the library tells the other roles that this one lives. Texts are in memory while they are asked,
 * and in no log, file or message. The library logs on standard error (MPCF_LOG=warn for less).
 */
#ifndef MPCF_CLIENT_H
#define MPCF_CLIENT_H

#include <stddef.h>

#include <mpcf/error.h>
#include <mpcf/export.h>
#include <mpcf/status.h>

MPCF_BEGIN_DECLS

typedef struct mpcf_client mpcf_client;

typedef struct mpcf_client_options {
    size_t struct_size; /* sizeof(mpcf_client_options) */
    /* The pipeline file that all roles have: it says where the others are (parties), which keys this
     * one has, and where its student/public is (in output). Of that folder alone it works. */
    const char *file;
    const char *const *settings; /* "key=value" as --set takes them, NULL ends; may be NULL */
    const char *plugin_folder;   /* looked at first; may be NULL */
    /*
     * In place of FILE, where only the folder student/public was brought: its path, whose last names are these, and
     * the addresses of the others. The folder says the network and its approximations; what the other roles' file says
     * besides (dataset or model.max_length, stages.infer) is given as settings. connect() tells what differs.
     */
    const char *public_folder;
    const char *provider, *dealer; /* addresses, "10.0.0.2:9001" */
    const char *keys;      /* the file user.key; NULL: none, where the transport needs none */
    const char *transport; /* NULL: "tcp" */
} mpcf_client_options;

/* Reads the file, student/public and the tokenizer, and calls nobody. MPCF_E_CONFIG: what is missing or
 * wrong, all at once. MPCF_E_UNSUPPORTED: `preprocess: store`, which needs to know all texts. MPCF_E_INVALID: options.
 * A structure of before PUBLIC_FOLDER is taken as well (struct_size). *OUT ends with mpcf_client_close(), and is not set
 * on failure. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_client_open(const mpcf_client_options *options,
                                                         mpcf_client **out, mpcf_error *err);

/* Numbers of an answer: as many logits as there are classes; 1 for a score; with `reveal: label` 1, the
 * number of the class. */
MPCF_EXPORT size_t mpcf_client_numbers(const mpcf_client *client);
/* Classes that there are; 1: answers are scores. */
MPCF_EXPORT size_t mpcf_client_classes(const mpcf_client *client);
/* What CLASS is called, in UTF-8; the client's. NULL: it has no name, or is none. */
MPCF_EXPORT const char *mpcf_client_label(const mpcf_client *client, size_t class_number);

/* Calls dealer and provider and agrees with them; once. MPCF_E_TIMEOUT, MPCF_E_AUTH, MPCF_E_PROTOCOL (with what
 * differs), MPCF_E_CLOSED. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_client_connect(mpcf_client *client, mpcf_error *err);

/* Asks COUNT texts, zero-terminated UTF-8; SECONDS: the second texts of pairs, NULL where there are none,
 * and so may be each of its entries. ANSWERS [count * mpcf_client_numbers()] gets the answers in the order
 * of the texts, and is written on success only. With `check_ranges` an answer may be marked, since a value of its text
 * left its range: its numbers are NaN, and none is otherwise. May be called again and again; texts of one call that have
 * one padded length are asked `infer.batch` at a time. A text that is not UTF-8: MPCF_E_FORMAT, and the
 * client goes on; after any other failure it is only closed. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_client_ask(mpcf_client *client,
                                                        const char *const *texts,
                                                        const char *const *seconds, size_t count,
                                                        float *answers, mpcf_error *err);

/* Takes leave of the others, so that they end well. NULL is fine. */
MPCF_EXPORT void mpcf_client_close(mpcf_client *client);

MPCF_END_DECLS
#endif
