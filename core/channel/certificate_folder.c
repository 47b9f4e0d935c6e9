/* SPDX-License-Identifier: Apache-2.0 */
/* Which files stand in such a folder, and which are made. */
#include "channel/certificate_folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/certificate.h"
#include "channel/key_folder.h"
#include "channel/private_file.h"
#include "channel/trusted.h"

#define PEM_LIMIT ((size_t) 65536)

/* --- files of a folder --- */

static mpcf_status place(const char *folder, const char *name, const struct pem *pem,
                         mpcf_error *err)
{
    char *path = mpcf_format("%s/%s", folder, name);
    mpcf_status status = path == NULL ? mpcf_fail_memory(err, strlen(folder), "a file name")
                                      : private_file_create(path, pem->text, pem->length, err);

    mpcf_free(path);
    return status;
}

static mpcf_status fetch(const char *folder, const char *name, struct pem *pem, mpcf_error *err)
{
    char *path = mpcf_format("%s/%s", folder, name);
    mpcf_status status = path == NULL
                             ? mpcf_fail_memory(err, strlen(folder), "a file name")
                             : private_file_read(path, PEM_LIMIT, &pem->text, &pem->length, err);

    mpcf_free(path);
    return status;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = mpcf_format("%s/%s", folder, name);
    bool found = path == NULL || file_exists(path); /* what cannot be asked is not replaced */

    mpcf_free(path);
    return found;
}

static void name_of(enum role role, char name[32])
{
    (void) snprintf(name, 32, "%s.pem", role_name(role));
}

/* --- certificates --- */

static mpcf_status read_authority(const char *folder, struct authority **out, mpcf_error *err)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL};
    mpcf_status status = fetch(folder, "authority.key", &key, err);

    if (status == MPCF_OK) {
        status = fetch(folder, "authority.pem", &certificate, err);
    }
    if (status == MPCF_OK) {
        status = authority_parse(&key, &certificate, out, err);
    }
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    return status;
}

static mpcf_status write_authority(const char *folder, const struct authority *a, mpcf_error *err)
{
    struct pem key = {.text = NULL}, certificate = {.text = NULL};

    MPCF_TRY(authority_print(a, &key, &certificate, err));
    mpcf_status status = place(folder, "authority.key", &key, err);
    if (status == MPCF_OK) {
        status = place(folder, "authority.pem", &certificate, err);
    }
    mpcf_secret_free(key.text);
    mpcf_secret_free(certificate.text);
    return status;
}

static mpcf_status find_authority(const char *folder, struct authority **out, mpcf_error *err)
{
    if (is_there(folder, "authority.key")) {
        return read_authority(folder, out, err);
    }
    MPCF_TRY(authority_create(AUTHORITY_DAYS, out, err));
    mpcf_status status = write_authority(folder, *out, err);
    if (status != MPCF_OK) {
        authority_destroy(*out);
        *out = NULL;
    }
    return status;
}

static mpcf_status issue(const struct authority *a, const char *folder, enum role role,
                         unsigned days, unsigned *made, mpcf_error *err)
{
    struct pem pem = {.text = NULL};
    char name[32];

    name_of(role, name);
    if (is_there(folder, name)) {
        return MPCF_OK;
    }
    MPCF_TRY(certificate_issue(a, role, days, &pem, err));
    mpcf_status status = place(folder, name, &pem, err);
    mpcf_secret_free(pem.text);
    *made += status == MPCF_OK;
    return status;
}

mpcf_status certificate_folder_create(const char *folder, unsigned days, mpcf_error *err)
{
    struct authority *a = NULL;
    unsigned made = 0;

    MPCF_TRY(key_folder_make(folder, err));
    mpcf_status status = find_authority(folder, &a, err);
    for (unsigned r = 0; r < 3 && status == MPCF_OK; r++) {
        status = issue(a, folder, (enum role) r, days, &made, err);
    }
    authority_destroy(a);
    if (status == MPCF_OK && made == 0) {
        status =
            mpcf_fail(err, MPCF_E_CONFIG,
                      "'%s' has an authority and the certificates of all roles already: they are "
                      "never replaced; remove ROLE.pem to have another made, or name another "
                      "folder",
                      folder);
    }
    return status;
}

/* --- pinned keys --- */

static mpcf_status draw(const char *folder, enum role role, mpcf_error *err)
{
    struct pem pem = {.text = NULL};
    struct certificate_facts facts;
    char name[32];

    name_of(role, name);
    MPCF_TRY(certificate_draw_key(&pem, err));
    mpcf_status status = place(folder, name, &pem, err);
    if (status == MPCF_OK) {
        status = certificate_look(&pem, name, &facts, err);
    }
    mpcf_secret_free(pem.text);
    return status == MPCF_OK ? trusted_add(folder, role, facts.fingerprint, err) : status;
}

mpcf_status pinned_folder_create(const char *folder, mpcf_error *err)
{
    char name[32];

    MPCF_TRY(key_folder_make(folder, err));
    for (unsigned r = 0; r < 4; r++) {
        if (r < 3) {
            name_of((enum role) r, name);
        }
        if (is_there(folder, r < 3 ? name : TRUSTED_NAME)) {
            return mpcf_fail(
                err, MPCF_E_CONFIG,
                "'%s/%s' is there already: keys are never replaced; remove it, or name "
                "another folder",
                folder, r < 3 ? name : TRUSTED_NAME);
        }
    }
    for (unsigned r = 0; r < 3; r++) {
        MPCF_TRY(draw(folder, (enum role) r, err));
    }
    return MPCF_OK;
}
